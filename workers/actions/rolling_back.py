"""Which release to go back to, and whether to: decided from the history alone, before anything is sent."""

from dataclasses import dataclass
from typing import Literal

from heroku.models import Release
from workers.actions.histories import History, config_names, kind_of


@dataclass(frozen=True, slots=True)
class Stay:
    """Nothing is to be done, or nothing may be: the outcome, and why."""

    outcome: Literal["not needed", "denied", "failed"]
    sentence: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Something newer is under way; look again before doing anything."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Go:
    """Go back to `target`: by `release` (its code and its config) or by `slug` (its code with today's config).

    `well`: its code is known to have run well. `undone` names the config and add-on changes that `release` would take
    back. `ask`: a person must say yes first.
    """

    target: Release
    by: Literal["release", "slug"]
    well: bool
    undone: tuple[str, ...]
    ask: bool

    @property
    def description(self) -> str:
        """How the new release will be described: Heroku's words, or ours where we choose them."""
        if self.by == "release":
            return f"Rollback to v{self.target.version}"
        return f"Dynohook: code of v{self.target.version}, config kept"


Choice = Stay | Wait | Go


def choose(
    history: History,
    *,
    bad_id: str,
    building: bool,
    patient: bool,
    ours: bool,
    only_if_live: bool,
    config: Literal["keep", "restore"] | None,
) -> Choice:
    """The choice for the release `bad_id`. `building`: a build is running; `patient`: there is time left to wait;
    `ours`: a call of ours made it."""
    bad = history.find(bad_id)
    if bad is None:
        return Stay("not needed", f"Release {bad_id} is not among the app's releases any more; nothing was changed.")
    live = history.live
    if live is None:
        return Stay("not needed", "No release of this app has ever gone live; there is nothing to go back to.")
    if bad.id == live.id:
        waiting = _under_way(history, bad, building=building)
        return Wait(waiting) if waiting and patient else _forbidden(history, bad, ours) or _target(history, bad, config)
    if bad.status == "pending" or (bad.status == "succeeded" and bad.version > live.version):
        if patient:
            return Wait(f"v{bad.version} is {bad.status} but not live yet.")
        return Stay("not needed", f"v{bad.version} has not gone live; v{live.version} is running.")
    if only_if_live:
        return Stay("not needed", _never_live(bad, live))
    return _mend_config(bad, live)


def _never_live(bad: Release, live: Release) -> str:
    if bad.status in ("failed", "expired"):
        return f"v{bad.version} {bad.status} and never went live; v{live.version} is running, untouched."
    return f"v{bad.version} is no longer live: v{live.version} is running."


def _under_way(history: History, bad: Release, *, building: bool) -> str | None:
    pending = [release for release in history.newer(bad) if release.status == "pending"]
    if pending:
        return f"v{pending[0].version} is newer and still pending."
    return "A build is running." if building else None


def _mend_config(bad: Release, live: Release) -> Choice:
    """The rule insists: v`bad` never ran, but the config that came with it may have stayed."""
    if live.eligible_for_rollback is False:
        return Stay("failed", f"v{bad.version} is not live, and Heroku would not roll back to v{live.version}.")
    return Go(live, by="release", well=True, undone=(), ask=False)


def _forbidden(history: History, bad: Release, ours: bool) -> Stay | None:  # noqa: FBT001
    if ours or kind_of(bad) == "rollback":
        return Stay("denied", f"v{bad.version} is itself a rollback, which is never rolled back; a person must look.")
    if history.is_bad(bad):
        return Stay("denied", f"The code of v{bad.version} was taken back once already; a person must look.")
    return None


def _target(history: History, bad: Release, config: Literal["keep", "restore"] | None) -> Choice:
    below = history.below(bad)
    if below is None:
        return Stay("failed", f"There is no release below v{bad.version} that ever ran.")
    if history.code(below) == history.code(bad) and not _suspect(history, below):
        return _same_code(history, bad, below, config)
    eligible = [r for r in history.releases if _eligible(history, r, bad)]
    target = next((r for r in eligible if history.ran_well(r)), None) or next(iter(eligible), None)
    if target is None:
        return Stay("failed", f"No release below v{bad.version} with other code can be rolled back to.")
    undone = tuple(
        config_names(r)
        for r in reversed(history.newer(target))
        if r.id != bad.id and kind_of(r) in ("config", "add-on")
    )
    keep = config == "keep" or (config is None and bool(undone))
    if keep and undone and target.slug is None:
        return Go(target, "release", history.ran_well(target), undone, ask=True)
    by: Literal["release", "slug"] = "slug" if keep and undone else "release"
    return Go(target, by, history.ran_well(target), undone if by == "release" else (), ask=False)


def _suspect(history: History, release: Release) -> bool:
    """It may be no better than the one on top of it: taken back before, or seen crashing and never running well."""
    return history.is_bad(release) or (bool(history.crashes.get(release.id)) and not history.ran_well(release))


def _same_code(history: History, bad: Release, below: Release, config: str | None) -> Choice:
    """Only config or add-ons changed: the release below brings them back."""
    if config == "keep":
        return Stay("denied", f"v{bad.version} changed only config or add-ons, and the rule says to keep config.")
    if below.eligible_for_rollback is False:
        return Stay("failed", f"Heroku says v{below.version} cannot be rolled back to any more.")
    undone = (config_names(bad),) if kind_of(bad) in ("config", "add-on") else ()
    return Go(below, "release", history.ran_well(below), undone, ask=False)


def _eligible(history: History, release: Release, bad: Release) -> bool:
    return (
        release.version < bad.version
        and release.status == "succeeded"
        and release.eligible_for_rollback is not False
        and history.code(release) != history.code(bad)
        and not history.is_bad(release)
    )
