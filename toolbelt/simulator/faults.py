"""The faults that were ordered: for which calls, of which kind, how many times."""

from collections.abc import Iterable
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

LONGEST = 60.0  # seconds; no fault holds a connection longer


class Kind(StrEnum):
    """What goes wrong with a call."""

    STATUS = "status"  # refused with `status`; nothing happens
    HTML = "html"  # as a router in between would: an HTML page with `status`; nothing happens
    REDIRECT = "redirect"  # to `location`; nothing happens
    WARN = "warn"  # answered as ever, with `message` in the header X-Heroku-Warning
    SLOW = "slow"  # answered after `seconds`
    DRIP = "drip"  # answered at once, one byte each `seconds`
    TIME_OUT_BEFORE = "time-out-before"  # nothing happens and no answer comes
    TIME_OUT_AFTER = "time-out-after"  # it happens, but no answer comes
    HOLD = "hold"  # it happens at once, and is answered as ever when the faults are cleared, or after `seconds`
    CUT = "cut"  # it happens, and the connection ends amid the answer


class Fault(BaseModel):
    """One order; `method` and `path` are globs, `times` is how many calls it spoils (null: all).

    A refusal's id is the usual one of its status unless `error` names another; with `field` it says `error` where
    most say `message`.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    method: str = "*"
    path: str = "*"
    times: int | None = Field(default=1, ge=1)
    status: int = Field(default=503, ge=400, le=599)
    seconds: float | None = Field(default=None, gt=0, le=LONGEST)
    error: str | None = None
    message: str | None = None
    field: Literal["message", "error"] = "message"
    retry_after: int | None = Field(default=None, ge=0)
    location: str = "/account"

    def concerns(self, method: str, path: str) -> bool:
        return fnmatchcase(method, self.method) and fnmatchcase(path, self.path)


class FaultBook:
    """The orders that are still open; the first that fits a call is used."""

    def __init__(self) -> None:
        self.open: list[Fault] = []
        self.cleared = 0  # how often

    def order(self, faults: Iterable[Fault]) -> None:
        self.open.extend(fault.model_copy() for fault in faults)

    def clear(self) -> None:
        self.open.clear()
        self.cleared += 1

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that spoils this call, if any; used up after its last time."""
        fault = next((each for each in self.open if each.concerns(method, path)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                self.open.remove(fault)
        return fault
