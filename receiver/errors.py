"""Why a delivery was not taken.

NotTaken
├── Refused       it is not Heroku's, or not in a shape that can be taken: whoever sent it must mend it
├── NotKept       it cannot be kept just now: Heroku sends it again; an operator should look at Redis
└── Gone          the sender hung up: nobody is left to be answered
"""

from pathlib import Path
from typing import Literal

RefusedCause = Literal[
    "no_signature", "repeated_signature", "wrong_signature", "wrong_authorization", "too_large", "too_slow"
]
NotKeptCause = Literal["full", "deep", "redis", "busy", "fault"]


class NotTaken(Exception):
    """A delivery that was not taken; `cause` is what it is counted under."""

    cause: str


class Refused(NotTaken):
    """The request itself is at fault: unsigned, wrongly signed, too large or too slow."""

    def __init__(self, cause: RefusedCause) -> None:
        super().__init__(cause)
        self.cause: RefusedCause = cause


class NotKept(NotTaken):
    """We cannot promise to keep it.

    `full` and `deep`: our own gates, on memory and on what waits to be decided. `redis`: no answer, or an
    error. `busy`: too much is waiting in this process. `fault`: a bug of ours. `why` is for the log only.
    """

    def __init__(self, cause: NotKeptCause, *, why: str = "") -> None:
        super().__init__(cause)
        self.cause: NotKeptCause = cause
        self.why = why


class Gone(NotTaken):
    """The connection was closed before the body was complete, or before the answer could be sent."""

    cause = "cut_off"


def place(error: Exception) -> str:
    """Which error it was and where it was raised; its message could quote what a stranger sent."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{where}"
