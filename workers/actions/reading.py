"""What a rollback reads before it decides: the app's releases and builds as they are now, and what is remembered."""

from itertools import islice
from typing import Any

from heroku.access import Level
from heroku.models import Release
from workers.actions.base import Step
from workers.actions.histories import History

RELEASES_READ = 100  # the newest; older ones are no longer eligible


def bad_release_of(step: Step[Any]) -> str | None:
    """The event's own release, or the crashed dyno's."""
    data = step.event.data
    release = data if step.event.resource == "release" else data.get("release")
    id = release.get("id") if isinstance(release, dict) else None
    return id if isinstance(id, str) else None


def releases_of(step: Step[Any]) -> list[Release]:
    """The newest first; each once, though a list can shift while its pages are read."""
    read = islice(step.heroku.releases(step.app, newest_first=True), RELEASES_READ)
    return sorted({release.id: release for release in read}.values(), key=lambda release: -release.version)


def history_of(step: Step[Any]) -> History:
    """The app's releases, with what is remembered about them."""
    releases = releases_of(step)
    return History(
        releases=releases,
        bad=step.remembered.bad(step.app),
        crashes=step.remembered.crashes([release.id for release in releases]),
        now=step.now,
    )


def is_building(step: Step[Any]) -> bool:
    """Whether a build is running; known only to rules that may read builds."""
    if step.access.get("builds", Level.OFF) < Level.READ:
        return False
    return any(build.status == "pending" for build in islice(step.heroku.builds(step.app), RELEASES_READ))
