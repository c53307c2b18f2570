"""Acting: one look at one run. Each step is taken once, in order, and written down before and after."""

from collections.abc import Sequence
from typing import Literal

import structlog
from redis.exceptions import RedisError

from core import records
from core.due import ClaimLost
from core.runs import Entry, Locked, Paused
from rules.rulebook import Step as Written
from workers.approving import may_begin
from workers.calling import Leaving
from workers.crew import FOREIGN_FORMAT_SECONDS, Crew, is_poison
from workers.holding_back import ForAnother, stopped_by
from workers.looking_first import did_not_come
from workers.stepping import Stepping
from workers.turns import Turns
from workers.visits import APPROVAL, FAILED, Visit

PAUSED_SECONDS = 5.0
LOCKED_SECONDS = 2.0
FOR_ANOTHER_SECONDS = 5.0

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
            claimed = self._crew.claim("act", most=1)
            if not claimed.rows:
                return
            self.visit(claimed.rows[0], token=claimed.token)

    def visit(self, id: str, *, token: str) -> None:
        """Go on with a claimed run as far as it can go now. What breaks here breaks for this run only: its claim runs
        out, and after five of those it is a dead letter."""
        try:
            wait = self._visit(id, token)
            if wait is not None:
                self._crew.due.park("act", id, token=token, seconds=wait)
        except ClaimLost:
            log.warning("claim lost", run=id)
        except (RedisError, OSError) as error:
            if is_poison(error):
                log.exception("a script failed on a run", run=id)
                return
            log.warning("redis failed amid a run", run=id, error=type(error).__name__)
            self._crew.leave_over("act", id, token)
        except Exception:
            log.exception("a run broke", run=id)

    def _visit(self, id: str, token: str) -> float | None:
        """Seconds until the next look, if nothing else was written down about that."""
        try:
            return self._go_on(id, token)
        except Leaving:
            return 0.0
        except Paused:
            return PAUSED_SECONDS
        except Locked:
            return LOCKED_SECONDS
        except ForAnother:
            return FOR_ANOTHER_SECONDS
        except records.UnknownFormat as error:
            log.warning("run left to another version", run=id, error=str(error))
            return FOREIGN_FORMAT_SECONDS

    def _go_on(self, id: str, token: str) -> float | None:
        run = self._crew.runs.load(id)
        if run is None:
            log.warning("run is gone", run=id)
            self._crew.due.drop("act", id, token=token)
            return None
        stopped = stopped_by(self._crew, run, token=token)
        if stopped:
            self._crew.runs.record(run, Entry(set={"note": stopped}, then="finish", state="stopped"), token=token)
            log.info("run stopped", run=id, why=stopped)
            return None
        visit = Visit(self._crew, run, token=token)
        steps = [Written.from_json(step) for step in run.plan["steps"]]
        failure_steps = [Written.from_json(step) for step in run.plan.get("on_failure", ())]
        if not did_not_come(visit):
            return None
        begins = may_begin(visit)
        if not begins:
            if begins is False:
                self._crew.runs.record(run, Entry(then="finish", state="denied"), token=token)
                log.info("run denied", run=id, why=visit.journal[APPROVAL].sentence)
            return None
        came_to = self._walk(visit, "step", steps)
        if came_to == "failed" and self._walk(visit, "failure", failure_steps) == "parked":
            return None
        if came_to != "parked":
            visit.finish(steps)
        return None

    def _walk(
        self, visit: Visit, kind: Literal["step", "failure"], steps: Sequence[Written]
    ) -> Literal["finished", "parked", "failed"]:
        """As far as the steps can be taken now; one that failed is the last, unless it lets the run go on."""
        for index, written in enumerate(steps):
            field = f"{kind}:{index}"
            state = visit.state(field)
            if state is None or state in ("planned", "started", "waiting"):
                state = Stepping(visit, field=field, written=written).take()
            if state == "waiting":
                return "parked"
            if state in FAILED and not written.continue_on_failure:
                return "failed"
        return "finished"
