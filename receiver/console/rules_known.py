"""What is known of the rules that workers run now: their wordings, breakers, silences, and how their runs came out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from core.hands import Hands
from core.presence import Worker
from core.runs import RUN_STATES
from core.sightings import Breaker, Outcome
from rules.model import Mode
from rules.silences import Silence

LOOKED_AT = 500  # runs, the newest: what became of a rule lately
UNTOLD: Mapping[str, Any] = {"description": "", "asks": (), "do": ()}  # by what older versions kept of a rule

Outline = Mapping[str, Any]


class Book(NamedTuple):
    """The rules that some workers run; `outline` is None while it is not kept, or not any more."""

    digest: str
    workers: Sequence[Worker]
    outline: Sequence[Outline] | None

    @property
    def acts(self) -> set[str]:
        """Where ACT stands for those workers, as far as they say so."""
        return {worker.act for worker in self.workers} - {""}


class Wording(NamedTuple):
    """A rule as some workers run it; during a deploy one may be worded in two ways. `held_to` is where ACT holds it."""

    outline: Outline
    books: Sequence[Book]

    @property
    def held_to(self) -> str:
        """Empty where the rule goes as far as its own mode lets it, as far as all workers say."""
        own = held = Mode(self.outline["mode"])
        for act in {act for book in self.books for act in book.acts}:
            held = held.at_most(Mode(act))
        return "" if held is own else held.value


class Rule(NamedTuple):
    """All that is known of the rules of one name; without wordings no worker runs it any more."""

    name: str
    wordings: Sequence[Wording]
    breakers: Sequence[Breaker]
    silences: Sequence[Silence]
    runs: Sequence[tuple[str, int]]  # state, and how many of the newest LOOKED_AT are in it


class Facts(NamedTuple):
    """What the pages are made of."""

    books: Sequence[Book]
    breakers: Sequence[Breaker]
    silences: Sequence[Silence]
    outcomes: Sequence[Outcome]

    @property
    def names(self) -> list[str]:
        """Those of the rules that workers run, in their order."""
        return list(dict.fromkeys(one["name"] for book in self.books for one in book.outline or ()))


def look(hands: Hands) -> Facts:
    """Everything at once, for all rules."""
    return Facts(books_of(hands), hands.breakers(), hands.silences(), hands.outcomes(most=LOOKED_AT))


def known(name: str, facts: Facts) -> Rule:
    """What is known of the rules of that name."""
    runs = Counter(one.state for one in facts.outcomes if one.rule == name)
    return Rule(
        name,
        wordings(facts.books, name),
        [breaker for breaker in facts.breakers if breaker.rule == name],
        [silence for silence in facts.silences if fnmatchcase(name, silence.rule)],
        [(state, runs[state]) for state in RUN_STATES if runs[state]],
    )


def books_of(hands: Hands) -> list[Book]:
    """What workers run that have been seen lately: one book, or during a deploy two."""
    workers = hands.workers()
    digests = list(dict.fromkeys(worker.rules for worker in workers if worker.rules))
    return [
        Book(digest, [one for one in workers if one.rules == digest], _outline(hands, digest)) for digest in digests
    ]


def wordings(books: Sequence[Book], name: str) -> list[Wording]:
    """How the books have the rule of that name; once, where they agree."""
    found: dict[str, tuple[Outline, list[Book]]] = {}
    for book in books:
        for one in book.outline or ():
            if one["name"] == name:
                found.setdefault(one["digest"], (one, []))[1].append(book)
    return [Wording(*each) for each in found.values()]


def _outline(hands: Hands, digest: str) -> Sequence[Outline] | None:
    kept = hands.book(digest)
    return None if kept is None else [{**UNTOLD, **one} for one in kept]
