"""The life of a release: created, through its release phase, current, its dynos started; and how to ask for one.

With a release phase Heroku tells of it in three events: create (pending), update (succeeded, not current), update
(succeeded, current). Without one it is created succeeded and current, and one update follows. A release whose phase
fails never becomes current: https://devcenter.heroku.com/articles/release-phase
"""

from collections.abc import Callable
from functools import partial

from toolbelt.simulator import telling
from toolbelt.simulator.errors import invalid, not_found
from toolbelt.simulator.records import App, Outcome, Pending, Release, Slug
from toolbelt.simulator.running import replace_dynos
from toolbelt.simulator.scaling import adopt
from toolbelt.simulator.users import User
from toolbelt.simulator.world import World


def nothing() -> None:
    """What follows a release that nobody waits for."""


def create(
    world: World,
    app: App,
    *,
    slug: Slug | None,
    description: str,
    user: User,
    settled: Callable[[], None] = nothing,
) -> Release:
    """Make the next release of this code with the app's config as it is now, and set its life going.

    `settled` is called after the last event of it was told.
    """
    now = world.agenda.now
    release = Release(
        id=world.new_id(), version=len(app.releases) + 1, description=description, slug=slug,
        config=dict(app.config), user=user, created_at=now, updated_at=now, addon_plans=app.addon_plans(),
    )  # fmt: skip
    app.releases.append(release)
    world.note(app, "app", "api", f"Release v{release.version} created by user {user.email}")
    if app.release_phase and slug is not None:
        telling.release_changed(world, app, release, "create")
        _queue(world, app, Pending(release, settled))
    else:
        release.status = "succeeded"
        _make_current(app, release)
        telling.release_changed(world, app, release, "create")
        world.after(app, world.timings.between_updates, partial(_confirm, world, app, release, settled))
    return release


def rollback(world: World, app: App, target_id: str, user: User) -> Release:
    """A new release with the code and the config of an earlier one."""
    target = next((release for release in app.releases if release.id == target_id), None)
    if target is None:
        raise not_found("release")
    if target.status != "succeeded":
        raise invalid(f"Cannot roll back to v{target.version}: it did not succeed.")
    if not app.eligible(target, world.agenda.now):
        raise invalid(f"Cannot roll back to v{target.version}: it is not eligible for rollback.")
    app.config = _config_of(app, target)
    return create(world, app, slug=target.slug, description=f"Rollback to v{target.version}", user=user)


def release_slug(world: World, app: App, slug_id: str, description: str | None, user: User) -> Release:
    """A new release with earlier code and the config of today."""
    slugs = (release.slug for release in app.releases if release.slug is not None)
    slug = None if app.container else next((slug for slug in slugs if slug.id == slug_id), None)
    if slug is None:
        raise not_found("slug")
    return create(world, app, slug=slug, description=description or f"Deploy {slug.commit[:8]}", user=user)


def _config_of(app: App, target: Release) -> dict[str, str]:
    """The release's own, but for what the add-ons of today bring: add-ons are not rolled back."""
    config = dict(target.config)
    for addon in app.addons:
        config |= {key: value for key, value in addon.values.items() if key in app.config}
    return config


def _queue(world: World, app: App, pending: Pending) -> None:
    """One release phase runs at a time; the others wait for it in their order."""
    app.pending.append(pending)
    if len(app.pending) == 1:
        _begin_phase(world, app)


def _begin_phase(world: World, app: App) -> None:
    world.after(app, world.timings.release_phase, partial(_end_phase, world, app))


def _end_phase(world: World, app: App) -> None:
    release = app.pending[0].release
    release.updated_at = world.agenda.now
    failed = release.outcome() is Outcome.FAIL_RELEASE_PHASE
    release.status = "failed" if failed else "succeeded"
    telling.release_changed(world, app, release, "update")
    if failed:
        _settle(world, app)
    else:
        world.after(app, world.timings.between_updates, partial(_go_live, world, app))


def _go_live(world: World, app: App) -> None:
    release = app.pending[0].release
    release.updated_at = world.agenda.now
    _make_current(app, release)
    telling.release_changed(world, app, release, "update")
    _run(world, app, release)
    _settle(world, app)


def _settle(world: World, app: App) -> None:
    app.pending.popleft().settled()
    if app.pending:
        _begin_phase(world, app)


def _confirm(world: World, app: App, release: Release, settled: Callable[[], None]) -> None:
    telling.release_changed(world, app, release, "update")
    if release.current:
        _run(world, app, release)
    settled()


def _run(world: World, app: App, release: Release) -> None:
    if release.slug is not None:
        adopt(world, app, release.slug, release.user)
    replace_dynos(world, app, release)


def _make_current(app: App, release: Release) -> None:
    if app.current is not None:
        app.current.current = False
    release.current = True
    app.released_at = app.updated_at = release.updated_at
