"""What people do to an app: push code, set config vars."""

from functools import partial

from toolbelt.simulator import releasing, telling
from toolbelt.simulator.errors import invalid
from toolbelt.simulator.records import App, Build, Outcome, Release, Slug
from toolbelt.simulator.world import World


def deploy(world: World, app: App, outcome: Outcome) -> Build:
    """Begin a build whose release will turn out like this; the build itself succeeds."""
    _check(app, outcome)
    now = world.agenda.now
    build = Build(id=world.new_id(), user=world.developer, commit=world.new_commit(), created_at=now, updated_at=now)
    app.builds.append(build)
    telling.build_changed(world, app, build, "create")
    world.agenda.after(world.timings.build, partial(_release_build, world, app, build, outcome))
    return build


def set_config(world: World, app: App, keys: list[str], outcome: Outcome = Outcome.SUCCEED) -> Release:
    """Give these config vars new values; the release of them turns out like this.

    The values are stored at once and stay, even if the release phase then fails.
    """
    _check(app, outcome)
    current = app.current
    for key in keys:
        app.config[key] = config_value(world, outcome)
    plural = "s" if len(keys) > 1 else ""
    return releasing.create(
        world,
        app,
        slug=current.slug if current else None,
        description=f"Set {', '.join(keys)} config var{plural}",
        user=world.developer,
    )


def config_value(world: World, outcome: Outcome = Outcome.SUCCEED) -> str:
    """A made-up value; its first word decides what becomes of releases that have it."""
    return f"{outcome}:{world.new_commit()[:12]}"


def _check(app: App, outcome: Outcome) -> None:
    if outcome is Outcome.FAIL_RELEASE_PHASE and not app.release_phase:
        raise invalid(f"{app.name} has no release phase that could fail.")


def _release_build(world: World, app: App, build: Build, outcome: Outcome) -> None:
    slug = Slug(world.new_id(), build.commit, f"Change {build.commit[:6]}", outcome)
    settled = partial(_finish_build, world, app, build)
    build.slug = slug
    description = f"Deploy {build.commit[:8]}"
    build.release = releasing.create(world, app, slug=slug, description=description, user=build.user, settled=settled)


def _finish_build(world: World, app: App, build: Build) -> None:
    """The build is told to have succeeded only after the release's own events."""
    build.status = "succeeded"
    build.updated_at = world.agenda.now
    telling.build_changed(world, app, build, "update")
