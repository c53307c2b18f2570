"""A kept decision told again: each rule that listened, what it made of the event, and why."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from core.settings import SettingsError, read
from heroku.events import Event
from rules.errors import RuleErrors
from rules.matching import MATCHED
from rules.rulebook import Rule, Rulebook
from toolbelt.commands.saying import gate_in_words
from workers.rulebooks import load_rules


class Verdict(NamedTuple):
    """One rule's part in a decision; `gate` is empty unless it matched."""

    rule: str
    matched: bool
    gate: Sequence[Any]
    sentence: str


Outline = Sequence[Mapping[str, Any]]


def verdicts(
    decision: Mapping[str, Any], event: Event, outline: Outline | None, book: Rulebook | None
) -> Iterator[Verdict]:
    """Every rule that listened to such events then, in file order.

    `outline` is what was kept of the rules of that time. `book` holds today's: where a rule is still the same, it also
    tells what was seen.
    """
    gates = {index: gate for index, *gate in decision.get("g", ())}
    listening = [rule for rule in outline or () if listens(rule["on"], event)]
    for index, clause in enumerate(decision.get("n", ())):
        rule = listening[index] if index < len(listening) else None
        name = rule["name"] if rule else f"rule {index + 1} of rules that are no longer kept"
        if clause == MATCHED:
            gate = gates.get(index, ())
            yield Verdict(name, True, gate, matched(rule, gate))
        else:
            yield Verdict(name, False, (), not_matched(rule, clause, event, same(rule, book)))


def listens(on: Sequence[str], event: Event) -> bool:
    return event.include in on or f"{event.include}.{event.action}" in on


def matched(rule: Mapping[str, Any] | None, gate: Sequence[Any]) -> str:
    why = f": {', '.join(rule['clauses'])}" if rule and rule["clauses"] else ""
    return f"matched{why}; {gate_in_words(gate)}."


def not_matched(rule: Mapping[str, Any] | None, clause: int, event: Event, today: Rule | None) -> str:
    if rule is None or clause >= len(rule["clauses"]):
        return "did not match."
    seen = f", and saw {today.match.parts[clause].seen(event.fields)}" if today else ""
    return f"did not match: it wants that {rule['clauses'][clause]}{seen}."


def same(rule: Mapping[str, Any] | None, book: Rulebook | None) -> Rule | None:
    """Today's rule, if it still is what it was."""
    today = book.rule(rule["name"]) if rule and book else None
    return today if today and rule and today.digest == rule["digest"] else None


def todays_rules() -> Rulebook | None:
    """The rules as the environment names them; None if they do not load, since telling goes on without."""
    try:
        return load_rules(read(), os.environ)
    except (RuleErrors, SettingsError):
        return None
