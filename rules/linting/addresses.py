"""Addresses that nobody has: `@@acme.example`, where the @ was written twice, so that everybody is a stranger."""

from collections.abc import Iterator

from rules.errors import Fault
from rules.linting.clauses import all_held
from rules.linting.subject import Subject, warning


def odd_addresses(subject: Subject) -> Iterator[Fault]:
    """One warning for each text that no address can be, begin or end with."""
    for looked, held in all_held(subject.model):
        if not looked.path.endswith(".email") or not isinstance(held.value, str):
            continue
        if held.value.count("@") > 1:
            yield warning(held.at, "no address has more than one @", held.value.replace("@@", "@"))
        elif held.operator in {"is", "suffix"} and held.value.endswith("@"):
            yield warning(held.at, "no address ends with an @")
