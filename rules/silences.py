"""Silences: for a while, rules do nothing about some apps, as a person said so."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

EVERY = "*"


@dataclass(frozen=True, slots=True)
class Silence:
    """`app` (an id or a name) and `rule` are globs; `at` and `until` are milliseconds since 1970."""

    id: str
    app: str
    rule: str
    at: int
    until: int
    by: str
    why: str

    @property
    def sentence(self) -> str:
        """Till when, by whom and why."""
        until = datetime.fromtimestamp(self.until / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
        return f"silenced until {until} by {self.by}: {self.why}"

    def covers(self, rule: str, app: Iterable[str | None]) -> bool:
        """Whether that rule is silent about the app of that id and name."""
        named = [name for name in app if name] or [""]  # what is about no app is silenced by `*` only
        return fnmatchcase(rule, self.rule) and any(fnmatchcase(name, self.app) for name in named)

    @property
    def scope(self) -> str:
        """Which rules about which apps, in words."""
        rules = "every rule" if self.rule == EVERY else f"rule {self.rule}"
        return f"{rules} about {'every app' if self.app == EVERY else self.app}"

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values, with its times in seconds, and in words."""
        told = {**asdict(self), "at": self.at / 1000, "until": self.until / 1000}
        return {**told, "sentence": f"{self.scope}, {self.sentence}"}

    @property
    def gate(self) -> list[Any]:
        """As a decision keeps it."""
        return ["silenced", self.until, self.by, self.why]


def silence_over(silences: Iterable[Silence], rule: str, app: Iterable[str | None], *, now: float) -> Silence | None:
    """The silence that holds the longest for the rule and the app, if one does. `now` in milliseconds."""
    names = tuple(app)
    holding = [one for one in silences if one.until > now and one.covers(rule, names)]
    return max(holding, key=lambda one: one.until, default=None)
