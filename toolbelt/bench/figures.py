"""A figure: what was measured, its unit, and the goal that it is held against."""

import operator
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

_HOLDS: dict[str, Callable[[float, float], bool]] = {"≥": operator.ge, "≤": operator.le, "<": operator.lt}


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report. `goal` is a sign and a number, such as ("≥", 0.6); None where there is none."""

    name: str
    value: float
    unit: str
    goal: tuple[str, float] | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None without one."""
        return None if self.goal is None else _HOLDS[self.goal[0]](self.value, self.goal[1])

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {**asdict(self), "met": self.met}


def number(value: float) -> str:
    """Readable: no more digits than mean something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
