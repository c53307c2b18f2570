"""Acting: one look at one run. Each step is taken once, in order, and written down before and after."""

from collections.abc import Sequence
from typing import Literal

import structlog
from redis.exceptions import RedisError

from core import layout, records
from core.due import ClaimLost
from core.runs import Entry, Locked, Paused, Run
from rules.model import Mode
from rules.rulebook import Step as Written
from workers.crew import Crew
from workers.stepping import Stepping
from workers.turns import Turns
from workers.visits import FAILED, Visit

FOREIGN_FORMAT_SECONDS = 30.0  # a record of another version: leave it to a worker of that version
PAUSED_SECONDS = 5.0
LOCKED_SECONDS = 2.0

log = structlog.get_logger()


class Acting:
    """Works through the runs that are due; safe in several threads and processes at once."""

    def __init__(self, crew: Crew, *, threads: int) -> None:
        self._crew = crew
        self._turns = Turns(threads)

    def drain(self) -> None:
        """Take runs until none is due, the worker stops, or only the thread that is kept for deciding is left."""
        self._turns.take(self._drain)

    def _drain(self) -> None:
        while not self._crew.stopping.is_set():
            claimed = self._crew.due.claim("act", most=1)
            if not claimed.rows:
                return
            self.visit(claimed.rows[0], token=claimed.token)

    def visit(self, id: str, *, token: str) -> None:
        """Go on with a claimed run as far as it can go now."""
        try:
            self._visit(id, token)
        except ClaimLost:
            log.warning("claim lost", run=id)
        except Paused:
            self._crew.due.park("act", id, token=token, seconds=PAUSED_SECONDS)
        except Locked:
            self._crew.due.park("act", id, token=token, seconds=LOCKED_SECONDS)
        except records.UnknownFormat as error:
            log.warning("run left to another version", run=id, error=str(error))
            self._crew.due.park("act", id, token=token, seconds=FOREIGN_FORMAT_SECONDS)
        except (RedisError, OSError) as error:
            log.warning("redis failed amid a run", run=id, error=type(error).__name__)
            self._crew.leave_over("act", id, token)

    def _visit(self, id: str, token: str) -> None:
        run = self._crew.runs.load(id)
        if run is None:
            log.warning("run is gone", run=id)
            self._crew.due.drop("act", id, token=token)
            return
        stopped = self._stopped(run, token)
        if stopped:
            self._crew.runs.record(run, Entry(set={"note": stopped}, then="finish", state="stopped"), token=token)
            log.info("run stopped", run=id, why=stopped)
            return
        visit = Visit(self._crew, run, token=token)
        steps = [Written.from_json(step) for step in run.plan["steps"]]
        failure_steps = [Written.from_json(step) for step in run.plan.get("on_failure", ())]
        failed = self._walk(visit, "step", steps)
        if failed == "parked" or (failed == "failed" and self._walk(visit, "failure", failure_steps) == "parked"):
            return
        visit.finish(steps)

    def _stopped(self, run: Run, token: str) -> str | None:
        """Why the run may not go on, if so; it passes its gates again when it starts."""
        if run.rule != layout.SYSTEM and self._crew.brake is not Mode.LIVE and "step:0" not in run.journal:
            return f"ACT is {self._crew.brake.value}"
        if self._crew.runs.start(run, token=token) == "breaker":
            return "the rule's breaker is open"
        return None

    def _walk(
        self, visit: Visit, kind: Literal["step", "failure"], steps: Sequence[Written]
    ) -> Literal["finished", "parked", "failed"]:
        for index, written in enumerate(steps):
            field = f"{kind}:{index}"
            state = visit.state(field)
            if state is None or state in ("planned", "started", "waiting"):
                state = Stepping(visit, field=field, written=written).take()
            if state == "waiting":
                return "parked"
            if state in FAILED:
                return "failed"
        return "finished"
