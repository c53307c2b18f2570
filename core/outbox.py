"""What waits to be told: notes gather for each target and go out as one message, sent by a run of its own."""

import json
from typing import Any, NamedTuple, cast

import redis

from core import layout, queue, scripts
from core.due import ClaimLost

WAIT_SECONDS = 3.0  # for others to come along
RUNS = ("tell:", f"{layout.SYSTEM}:tell:")  # beginnings of the ids of the runs that send, as join.lua makes them
EVERY_SECONDS = 15.0  # between two messages to one target, so that a channel can be read


class Trouble(NamedTuple):
    """What is known of the notes of one trouble that are not shown."""

    name: str
    times: int
    over: bool


class Gathered(NamedTuple):
    """The notes that one message shows, the first first, how many it `stands_for`, and of what the others tell."""

    notes: tuple[str, ...]
    stands_for: int
    troubles: tuple[Trouble, ...] = ()


class Outbox:
    """Each method is one script call. `wait_seconds` and `every_seconds` are for targets that say nothing else."""

    def __init__(
        self, redis: redis.Redis, *, wait_seconds: float = WAIT_SECONDS, every_seconds: float = EVERY_SECONDS
    ) -> None:
        self._wait = wait_seconds
        self._every = every_seconds
        self._join = redis.register_script(scripts.source("join"))
        self._take = redis.register_script(scripts.source("take"))

    def join(
        self, target: str, key: str, note: str, short: str, *, trouble: str = "", over: bool = False, wait: float | None
    ) -> None:
        """Hand over a note; it is sent once for its key while it waits, and at least once in all.

        `trouble` names what it is about, in a few words, and `over` says that this has ended.
        """
        step = {"name": "deliver", "action": "deliver", "params": {"to": target}}
        plan = json.dumps({"rule": layout.SYSTEM, "steps": [step]})
        milliseconds = int((self._wait if wait is None else wait) * 1000)
        self._join(args=[target, key, note, short, plan, milliseconds, queue.envelope("act"), trouble, int(over)])

    def take(self, run: str, target: str, *, token: str, every: float | None) -> Gathered | None:
        """What this run is to send; None while an earlier message is under way. Raises ClaimLost."""
        milliseconds = int((self._every if every is None else every) * 1000)
        answer = cast("Any", self._take(args=[run, token, target, milliseconds]))
        if answer == b"lost":
            raise ClaimLost(f"run {run} is another worker's now")
        if answer == b"busy":
            return None
        count, notes, troubles = answer
        shown = tuple(note.decode().partition(" ")[2] for note in sorted(notes))
        named = zip(troubles[::2], troubles[1::2], strict=True)
        return Gathered(shown, int(count), tuple(_trouble(name.decode(), told.decode()) for name, told in named))


def _trouble(name: str, told: str) -> Trouble:
    times, over = told.split()
    return Trouble(name, int(times), over == "1")
