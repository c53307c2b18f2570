"""Deciding: drains the due list of events, many in one go; it never waits for acting."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from redis.exceptions import RedisError, ResponseError

from core import records
from core.due import Claimed
from core.ledger import Judged, Waiting, Written
from heroku import events
from heroku.errors import BadDelivery
from heroku.events import Event
from rules.correlating import Watching
from rules.deciding import decide
from rules.rulebook import Rulebook
from rules.silences import Silence
from workers import marks
from workers.crew import FOREIGN_FORMAT_SECONDS, Crew
from workers.gating import gates_of
from workers.turns import Turns
from workers.waiting import LateJudging

BATCH = 100  # events in one claim
DRAIN_SECONDS = 5.0  # then the thread goes back to Celery, which may have been told to stop

log = structlog.get_logger()


class Deciding:
    """One drain at a time in each process: more threads would only share one interpreter."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._turns = Turns(1)
        self._late = LateJudging(crew)
        self._watching = Watching(crew.book)
        self._watched = crew.book

    def drain(self) -> None:
        """Decide until nothing is due, the worker stops, or it has taken long enough."""
        self._turns.take(self._drain)

    def _drain(self) -> None:
        until = time.monotonic() + DRAIN_SECONDS
        while not self._crew.stopping.is_set() and time.monotonic() < until:
            claimed = self._crew.claim("decide", most=BATCH)
            if claimed.rows:
                self._decide(claimed)
            if claimed.waits:
                self._late.judge()
            if not claimed.rows and not claimed.waits:
                return

    def _decide(self, claimed: Claimed) -> None:
        try:
            now, waiting, silences = self._crew.ledger.fetch(claimed.rows)
            judged = [judged for one in waiting if (judged := self._judge(one, now, silences, claimed.token))]
            if judged:
                self._report(self._crew.ledger.decide(judged, token=claimed.token), judged)
        except (RedisError, OSError) as error:
            log.warning("redis failed amid a batch", events=len(claimed.rows), error=type(error).__name__)
            for row in claimed.rows:
                self._crew.leave_over("decide", row, claimed.token)

    def _judge(self, one: Waiting, now: float, silences: Sequence[Silence], token: str) -> Judged | None:
        """The judgement on one event; None if it is left alone. What breaks here breaks for this event only: its claim
        runs out, and after five of those it is a dead letter."""
        try:
            return self._judged(one, now, silences)
        except records.UnknownFormat:
            self._crew.due.park("decide", one.id, token=token, seconds=FOREIGN_FORMAT_SECONDS)
        except Exception:
            log.exception("an event could not be judged", event_id=one.id)
        return None

    def _judged(self, one: Waiting, now: float, silences: Sequence[Silence]) -> Judged:
        crew = self._crew
        replayed = {"replay": one.replay._asdict()} if one.replay else {}
        if one.record is None:
            return Judged(one.id, {"gone": True}, "", None)
        kept = records.unpack(one.record)
        if kept.kind == "unreadable":
            return Judged(one.id, {"unreadable": kept.reason, **replayed}, "", None)
        try:
            event = events.read(kept.body)
        except BadDelivery as error:
            return Judged(one.id, {"unreadable": error.reason, **replayed}, "", None)
        self._note_exit(event)
        book = crew.book  # one for the whole event, as the rules may be loaded anew at any moment
        decision = decide(book, event, now=datetime.fromtimestamp(now, UTC), brake=crew.brake, own_app=crew.own_app)
        said: dict[str, Any] = {"b": book.digest, "n": decision.clauses, **replayed}
        gates = gates_of(
            event,
            decision,
            id=one.id,
            now=now,
            account=crew.account,
            replay=one.replay,
            silences=silences,
            left=self._watchers(book).left_by(event),
            earlier=kept.decisions,
        )
        return Judged(one.id, said, marks.of(event), gates)

    def _watchers(self, book: Rulebook) -> Watching:
        """What the rules watch, anew when they were loaded anew."""
        if self._watched is not book:
            self._watching, self._watched = Watching(book), book
        return self._watching

    def _note_exit(self, event: Event) -> None:
        """How a one-off dyno of ours ended; without it a run does not know, and that must not hold up the event."""
        ended = marks.exit_of(event)
        try:
            if ended:
                self._crew.runs.note_exit(*ended)
        except ResponseError as error:  # a full Redis
            log.warning("the end of a dyno could not be noted", event_id=event.id, error=type(error).__name__)

    def _report(self, written: Sequence[Written], judged: Sequence[Judged]) -> None:
        lost = sum(1 for one in written if one.how == "lost")
        if lost:
            log.warning("claims lost amid a batch", events=lost)
        for one in written:
            if one.how == "failed":  # left alone as in _judge
                log.error("an event could not be written down", event_id=one.id, why=one.why)
        for one, before in zip(written, judged, strict=True):
            if one.gates and before.gates:
                rules = [rule["rule"] for rule in before.gates["rules"]]
                for rule, (_, gate, *numbers) in zip(rules, one.gates, strict=True):
                    log.info("rule matched", event_id=one.id, rule=rule, gate=gate, numbers=numbers)
