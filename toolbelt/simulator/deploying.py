"""What people do to an app's code: push it, or have it built from a link."""

from functools import partial

from toolbelt.simulator import releasing, telling
from toolbelt.simulator.errors import invalid
from toolbelt.simulator.records import App, Build, Outcome, Slug, Source
from toolbelt.simulator.users import User
from toolbelt.simulator.world import World


def deploy(world: World, app: App, outcome: Outcome, processes: tuple[str, ...] | None = None) -> Build:
    """Somebody pushes code that turns out like this; without `processes` it has the types that it had."""
    commit = world.new_commit()
    source = Source(url=f"https://sources.example.com/{commit}.tgz", version=commit)
    return build(world, app, source, outcome, world.developer, processes=processes)


def build(
    world: World,
    app: App,
    source: Source,
    outcome: Outcome,
    user: User,
    *,
    processes: tuple[str, ...] | None = None,
) -> Build:
    """Begin a build that turns out like this, or whose release does."""
    check_outcome(app, outcome)
    now = world.agenda.now
    made = Build(
        id=world.new_id(), user=user, commit=source.version or world.new_commit(), source=source,
        created_at=now, updated_at=now,
    )  # fmt: skip
    app.builds.append(made)
    world.note(app, "app", "api", f"Build started by user {user.email}")
    telling.build_changed(world, app, made, "create")
    if outcome is Outcome.FAIL_BUILD:
        world.after(app, world.timings.build, partial(_finish_build, world, app, made, "failed"))
    else:
        world.after(app, world.timings.build, partial(_release_build, world, app, made, outcome, processes))
    return made


def check_outcome(app: App, outcome: Outcome) -> None:
    if outcome is Outcome.FAIL_RELEASE_PHASE and not app.release_phase:
        raise invalid(f"{app.name} has no release phase that could fail.")


def _release_build(world: World, app: App, build: Build, outcome: Outcome, processes: tuple[str, ...] | None) -> None:
    text = build.source.version_description or f"Change {build.commit[:6]}"
    slug = Slug(world.new_id(), build.commit, text, outcome, processes or _processes(app))
    settled = partial(_finish_build, world, app, build, "succeeded")
    build.slug = slug
    description = f"Deploy {build.commit[:8]}"
    world.note(app, "app", "api", f"{description} by user {build.user.email}")
    build.release = releasing.create(world, app, slug=slug, description=description, user=build.user, settled=settled)


def _processes(app: App) -> tuple[str, ...]:
    return tuple(app.formation) or ("web",)


def _finish_build(world: World, app: App, build: Build, status: str) -> None:
    """The build is told to have succeeded only after the release's own events."""
    build.status = status
    build.updated_at = world.agenda.now
    world.note(app, "app", "api", f"Build {status}")
    telling.build_changed(world, app, build, "update")
