"""A release that a step made is watched until it is live: succeeded and current, or known not to come to that."""

from collections.abc import Callable
from typing import Any

from heroku.models import Release
from workers.actions.base import Outcome, Step
from workers.actions.reading import releases_of

CHECK_SECONDS = 5.0  # between looks at our own new release, if its event does not come first
CHECK_MOST_SECONDS = 600.0


def made(step: Step[Any], release: Release, sentence: str, *, bad: list[str] | None = None) -> Outcome:
    """The call happened; from now on it is about whether its release goes live."""
    step.memory.update(made=release.id, made_version=release.version, made_at=step.now)
    return Outcome(
        "waiting",
        f"{sentence}: v{release.version} is {release.status}.",
        changed=True,
        own=[release.id],
        bad=bad or (),
        look_again=0.0 if release.status == "succeeded" and release.current else CHECK_SECONDS,
    )


def watch(step: Step[Any], live: Callable[[Release, str], Outcome]) -> Outcome:
    """Is the release that we made live? `live` tells what has come about, of the release and how it is called."""
    release = step.heroku.release(step.app, step.memory["made"])
    name = f"v{release.version} ({release.description})"
    if release.status in ("failed", "expired"):
        return Outcome("failed", f"{name} {release.status} in its release phase; it is not live.", tell_system=True)
    if release.status == "succeeded" and release.current:
        return live(release, name)
    if release.status == "succeeded":
        newer = next((r for r in releases_of(step) if r.version > release.version and r.current), None)
        if newer:
            return Outcome("failed", f"{name} was overtaken: v{newer.version} is live.", tell_system=True)
    if step.now - step.memory["made_at"] > CHECK_MOST_SECONDS:
        return Outcome("failed", f"{name} is not live after 10 minutes: it is {release.status}.", tell_system=True)
    return Outcome("waiting", f"{name} is {release.status}, not live yet.", changed=True, look_again=CHECK_SECONDS)


def unanswered(step: Step[Any]) -> Release | None:
    """The release that a call without an answer made: newer than what was there, and described as we meant it."""
    description, newest = step.memory["description"], step.memory["newest"]
    return next((r for r in releases_of(step) if r.version > newest and r.description == description), None)
