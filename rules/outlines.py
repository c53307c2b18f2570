"""What is kept of the rules that decide: enough to tell later what was meant, and to show what they do."""

from typing import Any

from rules.demands import asked
from rules.plans import steps_as_written
from rules.rulebook import Rule, Rulebook

LONGEST_LINE = 160  # characters of a description or a step: every version of the rules is kept for a while


def outline(book: Rulebook) -> list[dict[str, Any]]:
    """All rules in their order, as plain JSON values."""
    return [outline_of(rule) for rule in book.rules]


def outline_of(rule: Rule) -> dict[str, Any]:
    """One rule. Whoever reads it knows the first six; the others are missing in what older versions kept."""
    return {
        "name": rule.name,
        "digest": rule.digest,
        "mode": rule.mode.value,
        "on": [str(subscription) for subscription in rule.on],
        "clauses": list(rule.match.clauses),
        "paths": [list(clause.paths) for clause in rule.match.parts],
        "description": _cut(rule.description),
        "asks": [asks for _, asks in asked(rule)],
        "do": [_cut(line) for line in steps_as_written(rule.do)],
    }


def _cut(text: str) -> str:
    short = " ".join(text.split())
    return short if len(short) <= LONGEST_LINE else f"{short[: LONGEST_LINE - 1]}…"
