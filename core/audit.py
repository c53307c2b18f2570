"""The record of every call to Heroku's API, made or denied: as data, and as a sentence anybody can read."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import redis

from core import layout, scripts
from core.runs import Run

if TYPE_CHECKING:  # the web process reads the record, and Heroku's endpoints take 13 MB
    from heroku.calls import CallRecord
from heroku.redacting import redacted

OUTCOMES = {
    "done": "done",
    "denied": "denied, nothing was sent",
    "stopped": "stopped before it was sent",
    "refused": "refused by Heroku",
    "unavailable": "not taken by Heroku, to be tried again",
    "found": "left without an answer, and found to have happened",
    "open": "left without an answer, and made again if it is still needed",
    "never known": "left without an answer; what came of it cannot be known",
}
TOO_MANY = 429
LookedUp = Literal["found", "open", "never known"]  # of a call that was made before


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One call. `at` in seconds since 1970; `why` says by what it was allowed or denied; holds nothing secret."""

    at: float
    who: str
    run: str
    endpoint: str
    app: str
    allowed: bool
    why: str
    outcome: str
    seconds: float
    status: int | None
    request_id: str | None
    remaining: int | None
    warning: str | None = None  # Heroku's own, about things that will change

    @property
    def sentence(self) -> str:
        """Who called what, where, by what right, and what came of it."""
        where = f" on {self.app}" if self.app else ""
        status = f" ({self.status})" if self.status else ""
        facts = [f"{self.seconds:.2f} s"] if self.allowed and self.outcome not in get_args(LookedUp) else []
        facts += [f"request {self.request_id}"] if self.request_id else []
        facts += [f"{self.remaining:,} calls left"] if self.remaining is not None else []
        came = f"{self._came}{status}"
        told = f"{self.who} called {self.endpoint.replace('_', ' ')}{where}: {came}"
        why = f"; {self.why}" if self.why else ""
        warned = f" Heroku warns: {self.warning.rstrip('.')}." if self.warning else ""
        return f"{told}{why} [{', '.join(facts)}].{warned}" if facts else f"{told}{why}.{warned}"

    @property
    def _came(self) -> str:
        """Half an answer, or a 5xx, does not say whether it happened; a 429 says that it did not."""
        unclear = "left without a clear answer" if self.status else "left without an answer"
        if self.outcome == "unknown":
            return unclear
        if self.outcome == "unavailable" and self.status != TOO_MANY:
            return f"{unclear}, to be tried again"
        return OUTCOMES.get(self.outcome, self.outcome)

    def to_log(self) -> dict[str, Any]:
        """As fields of a log line; what is not known is left out."""
        return {name: value for name, value in asdict(self).items() if value is not None and name != "at"}

    def to_json(self) -> dict[str, Any]:
        """As `bin/dynohook audit` exports it; secrets that got into it all the same do not leave by it."""
        at = datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds")
        told = {**asdict(self), "at": at, "sentence": self.sentence}
        return {name: redacted(value) if isinstance(value, str) else value for name, value in told.items()}


def line(record: "CallRecord", *, at: float, run: Run | None, why: str) -> AuditLine:
    """What is kept of a call that a run made, or nobody's; the run's own app is told by its name."""
    own = run is not None and record.app in (run.app, run.app_name)
    return AuditLine(
        at=at,
        who=record.who,
        run=run.id if run else "",
        endpoint=record.endpoint,
        app=run.app_name if run and own else record.app or "",
        allowed=record.allowed,
        why=why,
        outcome=record.outcome,
        seconds=round(record.seconds, 3),
        status=record.status,
        request_id=record.request_id,
        remaining=record.remaining,
        warning=record.warning,
    )


def looked_up(came: LookedUp, *, at: float, run: Run, endpoint: str) -> AuditLine:
    """What is kept of a call whose end nobody heard, once a later look has shown what came of it."""
    return AuditLine(
        at=at,
        who=f"rule {run.rule}",
        run=run.id,
        endpoint=endpoint,
        app=run.app_name,
        allowed=True,
        why="",
        outcome=came,
        seconds=0.0,
        status=None,
        request_id=None,
        remaining=None,
    )


class Audit:
    """Kept bounded: the latest AUDIT_LINES calls."""

    def __init__(self, redis: redis.Redis) -> None:
        self._redis = redis
        self._write = redis.register_script(scripts.source("audit"))

    def write(self, line: AuditLine) -> None:
        """Raises redis.exceptions.RedisError; whoever calls must not let that hide what came of the call."""
        self._write(args=[json.dumps(asdict(line), separators=(",", ":"))])

    def read(self, *, most: int | None = None) -> Iterator[AuditLine]:
        """The lines, the oldest first; with `most` the latest so many."""
        entries = cast("list[tuple[bytes, dict[bytes, bytes]]]", self._redis.xrevrange(layout.AUDIT, count=most))
        for _, fields in reversed(entries):
            yield AuditLine(**json.loads(fields[b"line"]))
