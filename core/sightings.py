"""What is seen when a person looks, and why nothing is: events, runs' outcomes, breakers and pauses as values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from core import records

EventState = Literal["waiting", "decided", "dead", "gone"]


class NotThere(Exception):
    """Redis has nothing of that name; `near` are names that look like it."""

    def __init__(self, what: str, name: str, near: Sequence[str] = ()) -> None:
        super().__init__(f"there is no {what} {name!r}" + (f"; did you mean {' or '.join(near)}?" if near else ""))
        self.near = tuple(near)


class NotNow(Exception):
    """It is there, and its state does not allow what was asked; the message says which state."""


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event with its state. Times in seconds since 1970; `due_at` is None unless it is waiting.

    `kept` is None if it is gone, and for a record of another version of Dynohook.
    """

    id: str
    accepted_at: float
    state: EventState
    due_at: float | None
    kept: records.Kept | None


class Outcome(NamedTuple):
    """A run, its rule, and the state that it is in."""

    run: str
    rule: str
    state: str


@dataclass(frozen=True, slots=True)
class Breaker:
    """A rule that reached its limit and waits for a person. `mode` is live or shadow."""

    rule: str
    mode: str
    opened_at: float
    event: str
    max: int

    @property
    def in_shadow(self) -> bool:
        """Whether it stops what the rule would only have recorded."""
        return self.mode != "live"


@dataclass(frozen=True, slots=True)
class Pause:
    """Who paused the service, and why."""

    by: str
    why: str
    at: float
