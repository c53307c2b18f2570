"""What a look found: how it stands, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing stands; the worst is last."""

    OK = "ok"
    ATTENTION = "attention"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's. Never holds a setting's value."""

    area: str
    name: str
    state: State
    says: str
    do: str = ""


def ok(area: str, name: str, says: str) -> Finding:
    return Finding(area, name, State.OK, says)


def attention(area: str, name: str, says: str, do: str) -> Finding:
    """It works, or may, and somebody should know."""
    return Finding(area, name, State.ATTENTION, says, do)


def broken(area: str, name: str, says: str, do: str) -> Finding:
    """Something that was asked for is not done while this is so."""
    return Finding(area, name, State.BROKEN, says, do)


def worst(findings: Iterable[Finding]) -> State:
    order = list(State)
    return max((finding.state for finding in findings), key=order.index, default=State.OK)
