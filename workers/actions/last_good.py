"""The last good release below one that is live and bad, and the way there."""

import re
from typing import Literal

from heroku.models import Release
from workers.actions.choices import CONFIG_KINDS, Choice, Go, Stay, changes
from workers.actions.histories import History

# An add-on's provider replaced what it had given, as in a failover: what the release below holds may be dead by now.
_PROVIDERS = re.compile(r"Update .+ by \S+")


def target(history: History, bad: Release, config: Literal["keep", "restore"] | None) -> Choice:
    """What differs from the release below is the cause: only config, or the code."""
    below = history.below(bad)
    if below is None:
        return Stay("failed", f"There is no release below v{bad.version} that ever ran.")
    if history.code(below) == history.code(bad) and not history.is_suspect(below):
        return _same_code(history, bad, below, config)
    return _other_code(history, bad, config)


def _same_code(history: History, bad: Release, below: Release, config: str | None) -> Choice:
    """Only config or add-ons changed: the release below brings them back."""
    if history.kind(bad) not in CONFIG_KINDS:
        return Stay("denied", f"v{bad.version} has the code and config of v{below.version} below it; going back would "
                    "change nothing, and a person must look.")  # fmt: skip
    if config == "keep":
        return Stay("denied", f"v{bad.version} changed only config or add-ons, and the rule says to keep config.")
    if below.eligible_for_rollback is False:
        return Stay("failed", f"Heroku says v{below.version} cannot be rolled back to any more.")
    ask = config is None and bool(_PROVIDERS.match(bad.description or ""))
    return Go.to(history, below, bad, by="release", ask=ask)


def _other_code(history: History, bad: Release, config: str | None) -> Choice:
    """The newest with other code that is known to have run well, else the newest that is not known to be bad."""
    eligible = [release for release in history.releases if _is_eligible(history, release, bad)]
    best = next((r for r in eligible if history.ran_well(r)), None) or next(iter(eligible), None)
    if best is None:
        return Stay("failed", f"No release below v{bad.version} with other code can be rolled back to.")
    if config == "restore" or not changes(history, best):
        return Go.to(history, best, bad, by="release")
    if best.slug is not None:
        return Go.to(history, best, bad, by="slug")
    return Go.to(history, best, bad, by="release", ask=True)


def _is_eligible(history: History, release: Release, bad: Release) -> bool:
    return (
        release.version < bad.version
        and release.status == "succeeded"
        and release.eligible_for_rollback is not False
        and history.code(release) != history.code(bad)
        and not history.is_suspect(release)
    )
