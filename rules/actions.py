"""What rules know of an action: the parameters it takes, the access it needs and whether it destroys."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic import BaseModel

from heroku.access import Level
from rules.texts.pieces import Join


class Need(NamedTuple):
    """A level of access to a group of Heroku's API, without which an action cannot do its work."""

    group: str
    level: Level


class Odd(NamedTuple):
    """What its action finds amiss in a parameter: where that stands, why, and what to write instead."""

    at: tuple[str | int, ...]
    message: str


Written = Mapping[str, Any]  # parameters as they stand in a rule: perhaps templates, perhaps wrong


def _nothing_more(_: Written) -> tuple[Need, ...]:
    return ()


def _nothing_odd(_: Written) -> Iterable[Odd]:
    return ()


def _fits(_: Written, __: Mapping[str, str]) -> Iterable[Odd]:
    return ()


def _never(_: Written) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """An action as a rule file may name it; `changes` tells whether it may change anything on Heroku.

    `needs` always holds; `needs_more` is what its parameters add to it. `uses` is what it can do without and does
    better with. What `destroys` with its parameters stands only in a rule that has a limit. `hears` are the entities
    whose events tell what came of it. In the parameters of `variables`, `$NAME` stands for a variable of the
    environment; in those of `joins`, what templates print is joined with what is written as that says. `odd` is what
    whoever writes such parameters hardly means, and `unfit` what cannot be in an environment.
    """

    name: str
    params: type[BaseModel]
    needs: tuple[Need, ...] = ()
    changes: bool = False
    needs_more: Callable[[Written], tuple[Need, ...]] = _nothing_more
    destroys: Callable[[Written], bool] = _never
    hears: tuple[str, ...] = ()
    uses: tuple[Need, ...] = ()
    variables: tuple[str, ...] = ()
    joins: Mapping[str, Join] = field(default_factory=dict)
    odd: Callable[[Written], Iterable[Odd]] = _nothing_odd
    unfit: Callable[[Written, Mapping[str, str]], Iterable[Odd]] = _fits

    def needed(self, params: Written) -> tuple[Need, ...]:
        """The access that it needs with these parameters: one level for each group."""
        most: dict[str, Level] = {}
        for group, level in (*self.needs, *self.needs_more(params)):
            most[group] = max(level, most.get(group, Level.OFF))
        return tuple(Need(group, level) for group, level in most.items())
