"""One event held against every rule that listens to it: what matched, what stopped it, and why.

Only what can be told from the event and the rule is judged here. What needs memory (windows, cooldown, limit,
overlap) comes after, in Redis.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, NamedTuple

from heroku.events import Event
from rules.keys import key_of
from rules.matching import MATCHED
from rules.model import Mode
from rules.rulebook import Rule, Rulebook

Gate = Literal["off", "own app", "stale", "no key"]
NOWHERE: Final[frozenset[str]] = frozenset()


class Verdict(NamedTuple):
    """What became of one rule for one event.

    Not matched: `clause` is the index of the first that failed, `seen` what it saw instead. Matched: `clause`
    is -1, `gate` what stopped it all the same, `mode` how far it may go. `key` is what windows, cooldown and
    overlap count by.
    """

    rule: Rule
    matched: bool
    clause: int
    seen: str
    gate: Gate | None
    mode: Mode
    key: str
    age_seconds: float

    @property
    def fires(self) -> bool:
        """Whether it matched and nothing stands in its way so far."""
        return self.matched and self.gate is None

    @property
    def bound_seconds(self) -> float:
        """How old an event may be for the rule to act on it."""
        return self.rule.fresh_within_seconds


@dataclass(frozen=True, slots=True)
class Decision:
    """What all candidate rules, in file order, made of one event.

    `clauses` is its short form, enough to tell everything again from the kept event and the rulebook's outline:
    for each of `rules` the index of the first clause that failed, or -1.
    """

    book: str
    rules: tuple[Rule, ...]
    clauses: tuple[int, ...]
    matched: tuple[Verdict, ...]
    _event: Event = field(repr=False, compare=False)
    _brake: Mode = field(repr=False, compare=False)
    _age: float = field(repr=False, compare=False)

    @property
    def fired(self) -> tuple[Verdict, ...]:
        """The verdicts that lead to work: matched, and no gate in the way."""
        return tuple(verdict for verdict in self.matched if verdict.gate is None)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """One verdict for each of `rules`; worked out when asked for, as most events match nothing."""
        matched = iter(self.matched)
        return tuple(
            next(matched) if clause == MATCHED else self._unmatched(rule, clause)
            for rule, clause in zip(self.rules, self.clauses, strict=True)
        )

    def _unmatched(self, rule: Rule, clause: int) -> Verdict:
        seen = rule.match.parts[clause].seen(self._event.fields)
        mode = rule.mode.at_most(self._brake)
        return Verdict(rule, False, clause, seen, None, mode, "", self._age)


def decide(
    rulebook: Rulebook,
    event: Event,
    *,
    now: datetime,
    brake: Mode = Mode.LIVE,
    own_app: AbstractSet[str] = NOWHERE,
) -> Decision:
    """Judge `event` by every rule that listens to it.

    `brake` is the most that any rule may do; `own_app` holds the ids and names of the app that this service
    itself runs as. An event from the future, or without a time, counts as happening now.
    """
    candidates = rulebook.candidates(event.include, event.action)
    clauses, any_matched = candidates.judge(event.fields)
    age = _age(event, now)
    matched: tuple[Verdict, ...] = ()
    if any_matched:
        matched = tuple(
            _matched(rule, event, age, brake, own_app)
            for rule, clause in zip(candidates.rules, clauses, strict=True)
            if clause == MATCHED
        )
    return Decision(rulebook.digest, candidates.rules, clauses, matched, event, brake, age)


def _age(event: Event, now: datetime) -> float:
    return max(0.0, (now - event.created_at).total_seconds()) if event.created_at else 0.0


def _matched(rule: Rule, event: Event, age: float, brake: Mode, own_app: AbstractSet[str]) -> Verdict:
    mode = rule.mode.at_most(brake)
    key = key_of(rule, event)
    gate: Gate | None = None
    if mode is Mode.OFF:
        gate = "off"
    elif _is_own(event, own_app) and not _names(rule, event):
        gate = "own app"
    elif age > rule.fresh_within_seconds:
        gate = "stale"
    elif key is None:
        gate = "no key"
    return Verdict(rule, True, MATCHED, "", gate, mode, key or "", age)


def _is_own(event: Event, own_app: AbstractSet[str]) -> bool:
    return event.app is not None and (event.app.id in own_app or event.app.name in own_app)


def _names(rule: Rule, event: Event) -> bool:
    return event.app is not None and (event.app.id in rule.names_apps or event.app.name in rule.names_apps)
