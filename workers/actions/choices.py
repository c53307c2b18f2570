"""What can be chosen about a bad release: to stay as it is, to wait, or to go back."""

from dataclasses import dataclass
from typing import Any, Literal

from heroku.models import Release
from workers.actions.histories import KEPT_CONFIG, History, told

CONFIG_KINDS = ("config", "add-on", "rollback", "other")  # what may have changed config vars


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

    `well`: its code is known to have run well. `undone` names the config and add-on changes that this takes back.
    `blamed` is what is remembered as bad: the release, and its code unless only config was to blame. `ask`: a person
    must say yes first.
    """

    target: Release
    by: Literal["release", "slug"]
    well: bool
    undone: tuple[str, ...]
    blamed: tuple[str, ...]
    ask: bool

    @classmethod
    def to(
        cls, history: History, target: Release, bad: Release, *, by: Literal["release", "slug"], ask: bool = False
    ) -> "Go":
        """This way back from `bad` to `target`, with what it means."""
        code = history.code(bad)
        live = history.live
        code_is_to_blame = live is not None and live.id == bad.id and code != history.code(target)
        return cls(
            target=target,
            by=by,
            well=history.ran_well(target),
            undone=changes(history, target) if by == "release" else (),
            blamed=(bad.id, code) if code_is_to_blame else (bad.id,),
            ask=ask,
        )

    @property
    def description(self) -> str:
        """How the new release will be described: Heroku's words, or ours where we choose them."""
        if self.by == "release":
            return f"Rollback to v{self.target.version}"
        return KEPT_CONFIG.format(version=self.target.version)

    @property
    def terms(self) -> list[Any]:
        """What a person approves; if it is another when the time comes, they are asked again."""
        return [self.target.version, self.by, list(self.undone)]


Choice = Stay | Wait | Go


def changes(history: History, target: Release) -> tuple[str, ...]:
    """The config and add-on changes made since `target`, the oldest first; also of releases that failed, as Heroku
    stores config before the release phase runs."""
    since = reversed(history.newer(target))
    return tuple(dict.fromkeys(told(history, r) for r in since if history.kind(r) in CONFIG_KINDS))
