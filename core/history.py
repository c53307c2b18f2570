"""What people did here, and why: the latest HISTORY_LINES of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

import redis

from core import layout

Did = Literal["pause", "resume", "replay", "approve", "deny", "stop", "close breaker", "silence", "end silence"]

SENTENCES: Mapping[Did, str] = {
    "pause": "paused the service",
    "resume": "let the service go on",
    "replay": "had {about} looked at again",
    "approve": "approved run {about}",
    "deny": "denied run {about}",
    "stop": "stopped run {about}",
    "close breaker": "closed the breaker of rule {about}",
    "silence": "silenced {about}",
    "end silence": "ended the silence of {about}",
}


@dataclass(frozen=True, slots=True)
class Deed:
    """One act of a person. `at` in seconds since 1970, by Redis's clock; `about` the run, event or rule."""

    at: float
    by: str
    did: Did
    about: str
    why: str

    @property
    def sentence(self) -> str:
        """Who did what, and why."""
        return f"{self.by} {self.what}: {self.why}"

    @property
    def what(self) -> str:
        """What was done, after the name of who did it. A deed that only a newer version knows is told by its name."""
        known = SENTENCES.get(self.did)
        return known.format(about=self.about) if known else f"{self.did} {self.about}".rstrip()


def line(did: Did, *, by: str, why: str, about: str = "") -> str:
    """As the scripts write it down, in the same step as the deed; its time is that of the entry."""
    return json.dumps({"by": by, "did": did, "about": about, "why": why}, ensure_ascii=False)


def read(client: redis.Redis, *, most: int | None = None) -> list[Deed]:
    """The deeds, the latest first."""
    entries = cast("list[tuple[bytes, dict[bytes, bytes]]]", client.xrevrange(layout.HISTORY, count=most))
    return [Deed(at=int(id.split(b"-")[0]) / 1000, **json.loads(fields[b"line"])) for id, fields in entries]
