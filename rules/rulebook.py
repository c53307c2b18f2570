"""Rules ready to use: frozen, compiled, and indexed by what they listen to."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NamedTuple

from heroku.access import Level
from rules.judging import Judge, judging
from rules.matching import Fields, Match
from rules.model import Mode
from rules.subscriptions import Subscription

DIGEST_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class Step:
    """One action to take, with its parameters as written: templates are rendered when it is taken.

    A run keeps its steps as JSON, so that it does not depend on the rule file later.
    """

    name: str
    action: str
    params: dict[str, Any]
    condition: str | None = None  # an expression; unless it is true the step is passed over
    continue_on_failure: bool = False

    def to_json(self) -> dict[str, Any]:
        """The step as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Step":
        """The step that `to_json` told of."""
        condition, goes_on = kept.get("condition"), kept.get("continue_on_failure", False)
        return cls(kept["name"], kept["action"], dict(kept["params"]), condition, goes_on)


@dataclass(frozen=True, slots=True)
class Target:
    """Where `notify` goes: a kind of sender, the environment variable that holds its address, and what else it says."""

    kind: str
    variable: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The target as plain JSON values; the address itself is never in it."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Target":
        """The target that `to_json` told of."""
        return cls(kept["kind"], kept["variable"], dict(kept.get("options", {})))

    def variables(self) -> Iterator[str]:
        """Every environment variable that it names."""
        if self.variable is not None:
            yield self.variable
        for value in self.options.values():
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, str) and each.startswith("$"):
                    yield each[1:]


class Count(NamedTuple):
    """How often it must happen for one key before the rule fires."""

    at_least: int
    within_seconds: float


class Partner(NamedTuple):
    """Another event of the same app, no further away than `within_seconds`, that must or must not be there.

    `same` pairs paths into our event with paths into the other: the values must be there and equal. `digest` is the
    same for partners that look alike, however near they must be and whatever they are compared with.
    """

    on: tuple[Subscription, ...]
    match: Match
    within_seconds: float
    same: tuple[tuple[str, str], ...]
    digest: str


class Quiet(NamedTuple):
    """How long nothing more must happen for a key, and after how long the rule fires all the same."""

    seconds: float
    max_wait_seconds: float


class Changed(NamedTuple):
    """A value to hold against what was last seen there; `was` and `now`, where given, are the values that count."""

    path: str
    was: tuple[Any, ...] | None
    now: tuple[Any, ...] | None


class Limit(NamedTuple):
    """How many runs of the rule, over all keys, may have an effect before its breaker opens."""

    max: int
    within_seconds: float


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, checked and compiled. `digest` changes when what it does changes, not when it is reformatted."""

    name: str
    description: str
    mode: Mode
    on: tuple[Subscription, ...]
    match: Match
    each: str | None
    count: Count | None
    fresh_within_seconds: float
    cooldown_seconds: float | None
    limit: Limit | None
    overlap: Literal["queue", "skip"]
    give_up_after_seconds: float
    access: Mapping[str, Level]
    on_apps: tuple[str, ...]
    do: tuple[Step, ...]
    on_failure: tuple[Step, ...]
    digest: str
    after: Partner | None = None
    missing: Partner | None = None
    quiet: Quiet | None = None
    changed: Changed | None = None
    stop: bool = False
    approve_within_seconds: float | None = None
    place: str = field(default="", compare=False)  # file:line
    names_apps: frozenset[str] = frozenset()  # ids and names that it writes out, for the gate on our own app
    key_of: Callable[[Fields], Any] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Template:
    """A rule that judges nothing until `use` gives it its parameters; `needs` are those that must be given.

    `example` is the rule with the values that its parameters name as examples, if all of them do.
    """

    name: str
    description: str
    needs: tuple[str, ...]
    example: Rule | None
    place: str = field(default="", compare=False)


class Candidates(NamedTuple):
    """The rules that listen to one kind of event, in file order, and how to hold all of them against one."""

    rules: tuple[Rule, ...]
    judge: Judge

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> "Candidates":
        """Those rules as candidates."""
        chosen = tuple(rules)
        return cls(chosen, judging([rule.match for rule in chosen]))


NOBODY = Candidates.of(())


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules in their order, the targets by name, and the templates, which take no part in judging."""

    rules: tuple[Rule, ...]
    targets: Mapping[str, Target]
    digest: str
    _index: Mapping[tuple[str, str | None], Candidates] = field(repr=False, compare=False)
    templates: tuple[Template, ...] = ()

    @classmethod
    def of(cls, rules: Iterable[Rule], targets: Mapping[str, Target], templates: Iterable[Template] = ()) -> "Rulebook":
        """A book of those rules, indexed."""
        ordered = tuple(rules)
        told = [rule.digest for rule in ordered], {name: targets[name].to_json() for name in sorted(targets)}
        return cls(ordered, dict(targets), digest_of(told), _indexed(ordered), tuple(templates))

    def candidates(self, include: str, action: str) -> Candidates:
        """The rules that listen to such an event."""
        found = self._index.get((include, action))
        return found if found is not None else self._index.get((include, None), NOBODY)

    def rule(self, name: str) -> Rule | None:
        """The rule of that name."""
        return next((rule for rule in self.rules if rule.name == name), None)


def digest_of(told: Any) -> str:
    """A short digest of JSON values. The order of keys counts: clauses are referred to by their position."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_CHARACTERS]


def _indexed(rules: tuple[Rule, ...]) -> dict[tuple[str, str | None], Candidates]:
    keys = {subscription for rule in rules for subscription in rule.on}
    keys |= {Subscription(include, None) for include, _ in keys}
    return {(key.include, key.action): Candidates.of(rule for rule in rules if _listens(rule, key)) for key in keys}


def _listens(rule: Rule, key: Subscription) -> bool:
    return any(on.include == key.include and on.action in (None, key.action) for on in rule.on)
