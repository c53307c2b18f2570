"""Which release to go back to, and whether to: decided from the history alone, before anything is sent."""

from typing import Literal

from heroku.models import Release
from rules.durations import in_words
from workers.actions.choices import Choice, Go, Stay, Wait
from workers.actions.histories import History
from workers.actions.last_good import target

HOUR_SECONDS = 3_600.0


def choose(
    history: History,
    *,
    bad_id: str,
    building: bool,
    patient: bool,
    ours: bool,
    only_if_live: bool,
    config: Literal["keep", "restore"] | None,
    younger_than: float | None = None,
) -> Choice:
    """The choice for the release `bad_id`. `building`: a build is running; `patient`: there is time left to wait;
    `ours`: a call of ours made it; `younger_than`: the most seconds it may have been live."""
    bad = history.find(bad_id)
    if bad is None:
        return Stay("not needed", f"Release {bad_id} is not among the app's releases any more; nothing was changed.")
    live = history.live
    if live is None:
        return Stay("not needed", "No release of this app has ever gone live; there is nothing to go back to.")
    if bad.id != live.id and _is_about_to_be_live(bad, live):
        if patient:
            return Wait(f"v{bad.version} is {bad.status} but not live yet.")
        return Stay("not needed", f"v{bad.version} has not gone live; v{live.version} is running.")
    if bad.id != live.id and (only_if_live or bad.version < live.version):
        return Stay("not needed", _not_live(bad, live))
    if bad.id == live.id and younger_than is not None and history.lived(bad) > younger_than:
        return Stay("not needed", _too_old(bad, history.lived(bad), younger_than))
    under_way = _under_way(history, live, building=building)
    if under_way and patient:
        return Wait(under_way)
    forbidden = _forbidden(history, bad, ours=ours)
    if forbidden:
        return forbidden
    return target(history, bad, config) if bad.id == live.id else _mend(history, bad, live, config)


def _is_about_to_be_live(release: Release, live: Release) -> bool:
    return release.status == "pending" or (release.status == "succeeded" and release.version > live.version)


def _not_live(bad: Release, live: Release) -> str:
    if bad.status in ("failed", "expired"):
        return f"v{bad.version} {bad.status} and never went live; v{live.version} is running, untouched."
    return f"v{bad.version} is no longer live: v{live.version} is running."


def _too_old(bad: Release, lived: float, younger_than: float) -> str:
    age = in_words(lived // 3600 * 3600 if lived >= HOUR_SECONDS else lived // 60 * 60)
    return (
        f"v{bad.version} has been live for {age}, and only what is younger than {in_words(younger_than)} is taken back."
    )


def _under_way(history: History, live: Release, *, building: bool) -> str | None:
    newer = next((r for r in history.newer(live) if _is_about_to_be_live(r, live)), None)
    if newer and newer.status == "pending":
        return f"v{newer.version} is newer and still pending."
    if newer:
        return f"v{newer.version} is newer and about to go live."
    return "A build is running." if building else None


def _forbidden(history: History, bad: Release, *, ours: bool) -> Stay | None:
    if ours or history.kind(bad) in ("rollback", "slug rollback"):
        return Stay("denied", f"v{bad.version} is itself a rollback, which is never rolled back; a person must look.")
    if history.is_bad(bad):
        return Stay("denied", f"The code of v{bad.version} was taken back once already; a person must look.")
    return None


def _mend(history: History, bad: Release, live: Release, config: str | None) -> Choice:
    """The rule insists: v`bad` never ran, but the config that came with it stayed, as Heroku stores that first."""
    if config == "keep":
        return Stay("not needed", f"{_not_live(bad, live)} Only config could be taken back, and the rule keeps it.")
    if history.is_bad(live):
        return Stay("denied", f"v{live.version} is running and was taken back before; a person must look.")
    if live.eligible_for_rollback is False:
        return Stay("failed", f"v{bad.version} is not live, and Heroku would not roll back to v{live.version}.")
    return Go.to(history, live, bad, by="release")
