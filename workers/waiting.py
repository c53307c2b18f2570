"""Waiting: judges rules that were put off and whose time has come, by the rules as they are now."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from redis.exceptions import RedisError

from core import layout, records
from core.waits import Judged, Wait, Written
from heroku import events
from rules.deciding import Decision, Verdict, decide
from rules.matching import MATCHED
from rules.model import Mode
from rules.rulebook import Rule
from rules.silences import Silence
from workers.crew import FOREIGN_FORMAT_SECONDS, Crew
from workers.gating import rule_of

BATCH = 50  # waits in one claim
CHANGED = {"index": -1, "gate": ["rule changed"]}  # it would not be put off for this event any more

log = structlog.get_logger()


class LateJudging:
    """One batch at a time, between two of events, so that neither stands before the other."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew

    def judge(self) -> None:
        """Judge the waits that are due, a batch of them at most."""
        claimed = self._crew.claim("wait", most=BATCH)
        if not claimed.rows:
            return
        try:
            now, waits, silences = self._crew.ledger.waits.fetch(claimed.rows)
            judged = []
            for row, wait in zip(claimed.rows, waits, strict=True):
                if one := self._judge(row, wait, now, silences, claimed.token):
                    judged.append(one)
            if judged:
                _report(self._crew.ledger.waits.judge(judged, token=claimed.token))
        except (RedisError, OSError) as error:
            log.warning("redis failed amid waits", waits=len(claimed.rows), error=type(error).__name__)
            for row in claimed.rows:
                self._crew.leave_over("wait", row, claimed.token)

    def _judge(self, row: str, wait: Wait | None, now: float, silences: Sequence[Silence], token: str) -> Judged | None:
        """The judgement on one wait; None if it is left alone. What breaks here breaks for this wait only."""
        try:
            if wait is not None and wait.format != layout.FORMAT:
                self._crew.due.park("wait", row, token=token, seconds=FOREIGN_FORMAT_SECONDS)
            elif wait is None or wait.record is None:
                log.warning("a wait stands for nothing", wait=row)
                self._crew.due.drop("wait", row, token=token)
            else:
                return self._judged(wait, wait.record, now, silences)
        except records.UnknownFormat:
            self._crew.due.park("wait", row, token=token, seconds=FOREIGN_FORMAT_SECONDS)
        except (RedisError, OSError):
            raise
        except Exception:
            log.exception("a wait could not be judged", wait=row)
        return None

    def _judged(self, wait: Wait, record: bytes, now: float, silences: Sequence[Silence]) -> Judged:
        crew = self._crew
        event = events.read(records.unpack(record).body)
        book = crew.book  # one for the whole judgement, as the rules may be loaded anew at any moment
        decision = decide(book, event, now=datetime.fromtimestamp(now, UTC), brake=crew.brake, own_app=crew.own_app)
        said = {"b": book.digest, "r": wait.rule}
        found = _verdict(decision, wait)
        if found is None:
            return Judged(wait, said, CHANGED)
        index, verdict = found
        # `fresh_within` was judged when the event came; waiting does not make it stale, no more than a replay is.
        rule = rule_of(event, verdict, index, id=wait.event, number=max(1, wait.number), now=now, silences=silences)
        return Judged(wait, said, rule)


def _verdict(decision: Decision, wait: Wait) -> tuple[int, Verdict] | None:
    """What the rule, as it is now, makes of the event, and its place; None if it would not wait for it any more. It may
    go no further than when it was put off."""
    indexes = [index for index, clause in enumerate(decision.clauses) if clause == MATCHED]
    for index, verdict in zip(indexes, decision.matched, strict=True):
        if verdict.rule.name == wait.rule and verdict.key == wait.key and _puts_off(verdict.rule, wait):
            return index, verdict._replace(mode=verdict.mode.at_most(Mode(wait.mode)))
    return None


def _puts_off(rule: Rule, wait: Wait) -> bool:
    cause: dict[str, Any] = {"after": rule.after, "missing": rule.missing, "quiet": rule.quiet}
    return cause[wait.kind] is not None


def _report(written: Sequence[Written]) -> None:
    for one in written:
        wait = one.wait
        if one.how == "lost":
            log.warning("a wait was armed anew or lost", wait=wait.row)
        elif one.how == "failed":  # left alone, so that its claim runs out
            log.error("a wait could not be written down", wait=wait.row, why=one.why)
        elif one.how == "judged":
            gate, *numbers = one.gate
            log.info("rule waited", event_id=wait.event, rule=wait.rule, kind=wait.kind, gate=gate, numbers=numbers)
