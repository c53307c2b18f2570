"""A decision told again: each rule, what it made of the event, why, and what it would do about it.

A decision is told as it is kept: a digest of the rules, for each rule that listened the clause that failed, and for
each that matched its gate. What today's rules would do is told from a decision of the same shape that nobody kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from core.peeking import Standing
from core.telling import gates
from core.telling.words import gate_in_words
from heroku.events import Event
from rules.explaining import unmatched
from rules.matching import MATCHED, seen_at
from rules.plans import steps_in_words
from rules.rulebook import Rule, Rulebook

Outline = Sequence[Mapping[str, Any]]
Standings = Mapping[str, Mapping[str, Standing]]  # rule → gate → its numbers, where they were read


class Clause(NamedTuple):
    """What a rule wants, what it saw, and whether it held; None where that is not known any more."""

    text: str
    seen: str | None
    holds: bool | None


class Verdict(NamedTuple):
    """One rule's part in a decision; `gate` is empty unless it matched.

    `gates` and `plan` are lines for people: how its gates stand or stood, and what it would do or did.
    """

    rule: str
    matched: bool
    gate: Sequence[Any]
    sentence: str
    listens: bool = True
    clauses: tuple[Clause, ...] = ()
    gates: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()


def verdicts(
    decision: Mapping[str, Any],
    event: Event,
    outline: Outline | None,
    book: Rulebook | None,
    standings: Standings | None = None,
) -> Iterator[Verdict]:
    """Every rule that listened to such events then, in file order; of a rule that had been put off, only that one.

    `outline` is what was kept of the rules of that time. `book` holds today's: where a rule is still the same, it also
    tells what was seen and what is planned. `standings` are how the gates stand now, if it is told of now.
    """
    if "w" in decision:
        yield _waited(decision, event, outline, book)
        return
    closed = {index: gate for index, *gate in decision.get("g", ())}
    listening = [rule for rule in outline or () if listens(rule["on"], event)]
    for index, clause in enumerate(decision.get("n", ())):
        kept = listening[index] if index < len(listening) else None
        today = same(kept, book)
        name = kept["name"] if kept else f"rule {index + 1} of rules that are no longer kept"
        clauses = tuple(_clauses(kept, clause, event, today))
        if clause != MATCHED:
            yield Verdict(name, False, (), _not_matched(kept, clause, clauses), clauses=clauses)
            continue
        gate = closed.get(index, [])
        stand = _stand(today, gate, standings)
        yield Verdict(name, True, gate, _matched(kept, gate), True, clauses, stand, _plan(today, event))


def deaf(event: Event, outline: Outline | None) -> Iterator[Verdict]:
    """The rules that do not listen to such events, and to what they listen."""
    for rule in outline or ():
        if not listens(rule["on"], event):
            said = f"does not listen to {event.include}.{event.action}; it listens to {', '.join(rule['on'])}."
            yield Verdict(rule["name"], False, (), said, listens=False)


def listens(on: Sequence[str], event: Event) -> bool:
    return event.include in on or f"{event.include}.{event.action}" in on


def same(rule: Mapping[str, Any] | None, book: Rulebook | None) -> Rule | None:
    """Today's rule, if it still is what it was."""
    today = book.rule(rule["name"]) if rule and book else None
    return today if today and rule and today.digest == rule["digest"] else None


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """As plain JSON values."""
    return verdict._asdict() | {"clauses": [clause._asdict() for clause in verdict.clauses]}


def _waited(decision: Mapping[str, Any], event: Event, outline: Outline | None, book: Rulebook | None) -> Verdict:
    """A rule that had been put off for this event, when its time had come."""
    [[_, *gate]] = decision["g"]
    kept = next((rule for rule in outline or () if rule["name"] == decision["r"]), None)
    today = same(kept, book)
    sentence = f"had been put off; {gate_in_words(gate)}."
    clauses = tuple(_clauses(kept, MATCHED, event, today))
    return Verdict(decision["r"], True, gate, sentence, True, clauses, _stand(today, gate, None), _plan(today, event))


def _matched(rule: Mapping[str, Any] | None, gate: Sequence[Any]) -> str:
    why = f": {', '.join(rule['clauses'])}" if rule and rule["clauses"] else ""
    return f"matched{why}; {gate_in_words(gate)}."


def _not_matched(rule: Mapping[str, Any] | None, clause: int, clauses: Sequence[Clause]) -> str:
    if rule is None or clause >= len(clauses):
        return "did not match."
    text, seen, _ = clauses[clause]
    return unmatched(text, seen)


def _clauses(kept: Mapping[str, Any] | None, failed: int, event: Event, today: Rule | None) -> Iterator[Clause]:
    """All clauses with what they see. Of a rule that has changed since, its clauses of that time are known, and where
    they looked; so what they saw still stands in the event."""
    if today:
        yield from (Clause(*each) for each in today.match.describe(event.fields))
        return
    for index, (text, paths) in enumerate(zip(kept["clauses"], kept["paths"], strict=True) if kept else ()):
        holds = True if failed == MATCHED or index < failed else False if index == failed else None
        yield Clause(text, seen_at(paths, event.fields), holds)


def _stand(today: Rule | None, gate: Sequence[Any], standings: Standings | None) -> tuple[str, ...]:
    if today is None:
        return ()
    if standings is None:
        return tuple(gates.passed(today, list(gate))) if gate else ()
    return tuple(gates.standing(today, standings.get(today.name, {})))


def _plan(today: Rule | None, event: Event) -> tuple[str, ...]:
    if today is None:
        return ()
    return tuple(steps_in_words(today.do, {**event.fields, "event": event.fields, "rule": today.name}))
