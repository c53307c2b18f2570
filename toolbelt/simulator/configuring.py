"""Config vars: set and removed by people, and told of as a release that says which, never what."""

from collections.abc import Mapping

from toolbelt.simulator import releasing
from toolbelt.simulator.deploying import check_outcome
from toolbelt.simulator.errors import invalid
from toolbelt.simulator.records import App, Outcome, Release
from toolbelt.simulator.users import User
from toolbelt.simulator.world import World


def set_config(world: World, app: App, keys: list[str], outcome: Outcome = Outcome.SUCCEED) -> Release:
    """Give these config vars new values; the release of them turns out like this.

    The values are stored at once and stay, even if the release phase then fails.
    """
    if outcome is Outcome.FAIL_BUILD:
        raise invalid("Config vars are not built.")
    check_outcome(app, outcome)
    app.config |= {key: config_value(world, outcome) for key in keys}
    return release(world, app, _described("Set", keys), world.developer)


def update(world: World, app: App, changes: Mapping[str, str | None], user: User) -> None:
    """Set what has a value and remove what has none; what is already so makes no release.

    A value `crash` or `fail-release-phase`, alone or before a colon, decides what becomes of the release.
    """
    removed = [key for key, value in changes.items() if value is None and key in app.config]
    put = {key: value for key, value in changes.items() if value is not None and app.config.get(key) != value}
    for key in removed:
        del app.config[key]
    app.config |= put
    if put or removed:
        release(world, app, _described("Set" if put else "Remove", [*put, *removed]), user)


def release(world: World, app: App, description: str, user: User) -> Release:
    """A release of the code that runs with the config of now."""
    current = app.current
    slug = current.slug if current else None
    return releasing.create(world, app, slug=slug, description=description, user=user)


def config_value(world: World, outcome: Outcome = Outcome.SUCCEED) -> str:
    """A made-up value; its first word decides what becomes of releases that have it."""
    return f"{outcome}:{world.new_commit()[:12]}"


def _described(verb: str, keys: list[str]) -> str:
    return f"{verb} {', '.join(keys)} config vars"
