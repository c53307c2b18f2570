"""The way out of a step: what is checked just before anything leaves, and what is written down about it."""

import time
from collections.abc import Callable
from typing import Any

import structlog
from redis.exceptions import RedisError

from core import audit
from core.accounts import Accounts
from core.runs import Locked, StepRecord
from heroku.access import Level
from heroku.calls import Call, CallRecord
from heroku.client import Heroku
from heroku.endpoints import BY_NAME
from rules.model import Mode
from workers.actions.base import Outcome
from workers.asking import Asking, spent
from workers.fetching import Page
from workers.looks import Look
from workers.outlets import Outlet

HOLD_GOOD_SECONDS = 40.0  # the lock and the lease that a look takes last for 60, and a call for 18
BEGIN_GOOD_SECONDS = 5.0  # with the longest call still under the 30 after which others look for its outcome

log = structlog.get_logger()


class Leaving(Exception):
    """The worker was told to stop: what is not under way yet is left to another."""


class Braked(Exception):
    """ACT does not allow that anything is changed."""


class Stalled(Exception):
    """This process stood still between its last look and the call; another may have taken over."""


class Calls:
    """What a step reaches the world through. `changes`: its action may change what it looks at."""

    def __init__(self, look: Look, *, changes: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._look = look
        self._changes = changes
        self._clock = clock
        self._held_at: float | None = None
        self._intent: tuple[str, ...] = ()
        self._first = False  # whether the call under way is the only one that can have had an effect
        self._accounts = Accounts(look.visit.crew.pool, look.visit.crew.audit)

    def client(self) -> Heroku | None:
        """Heroku's API as far as the rule's access reaches."""
        heroku = self._look.visit.crew.heroku
        return heroku and heroku.granted(self._look.visit.grant(), before=self._before, after=self._after)

    def intend(self, *, kind: str, target: str) -> None:
        """What the next call brings about, so that its event is known as ours even if it overtakes the answer."""
        app = self._look.visit.run.app
        self._intent = (f"{app}:{kind}:{target}", f"{app}:{kind}:*")

    def outlet(self) -> Outlet:
        """The way to targets."""
        visit, crew = self._look.visit, self._look.visit.crew
        return Outlet(
            crew.book.targets,
            outbox=crew.outbox,
            teller=crew.teller,
            run=visit.run.id,
            token=visit.token,
            allowed=self._hold_on,
        )

    def asking(self) -> Asking:
        """The way to an agent, as far as the rule's access reaches."""
        look, crew = self._look, self._look.visit.crew

        def allowed() -> None:
            self._hold_on()
            if crew.brake is not Mode.LIVE:
                raise Braked(f"ACT is {crew.brake.value}")

        run = look.visit.run
        return Asking(
            crew.streams,
            crew.audit,
            id=f"{run.id}:{look.field}",
            run=run.id,
            spent=spent(record.output for field, record in look.visit.journal.items() if field != look.field),
            grant=look.visit.grant(),
            now=lambda: look.now,
            allowed=allowed,
        )

    def fetch(self, url: str, *, method: str = "GET", **options: Any) -> Page:
        """An answer of the web's. Raises Unreachable."""
        self._may_go_on()
        visit = self._look.visit
        if method != "GET" and visit.crew.brake is not Mode.LIVE:
            raise Braked(f"ACT is {visit.crew.brake.value}")
        visit.crew.due.renew("act", visit.run.id, token=visit.token)
        return visit.crew.fetcher.fetch(url, method=method, **options)

    def _before(self, call: Call) -> None:
        """Our last look before the network: is a call left in the pool, is the row ours, may anything be changed?"""
        self._may_go_on()
        self._accounts.open(call)
        if call.endpoint.level <= Level.READ:
            self._hold()
        else:
            self._begin(call)

    def _hold_on(self) -> None:
        """The step may go on, and its row is ours for a whole lease. Raises Leaving, ClaimLost."""
        self._may_go_on()
        self._look.visit.crew.due.renew("act", self._look.visit.run.id, token=self._look.visit.token)

    def _may_go_on(self) -> None:
        if self._look.visit.crew.stopping.is_set():
            raise Leaving("the worker is stopping")

    def _hold(self) -> None:
        visit, asked = self._look.visit, self._clock()
        if self._changes:
            visit.crew.runs.hold(visit.run, token=visit.token)
            self._held_at = asked
        else:
            visit.crew.due.renew("act", visit.run.id, token=visit.token)

    def _begin(self, call: Call) -> None:
        look, visit, asked = self._look, self._look.visit, self._clock()
        if visit.crew.brake is not Mode.LIVE:
            raise Braked(f"ACT is {visit.crew.brake.value}")
        if not self._intent:
            raise RuntimeError(f"{call.endpoint.name} changes something and no intent was written down")
        if self._held_at is not None and asked - self._held_at > HOLD_GOOD_SECONDS:
            raise Locked("what was seen is too old to act on")
        self._first = "called" not in look.memory
        look.memory.update(call=call.endpoint.name, called=True)
        look.memory["intents"] = list(dict.fromkeys((*look.memory.get("intents", ()), *self._intent)))
        look.is_put_off()  # until it is answered
        started = StepRecord("started", look.now, f"Called {call.endpoint.name}; no answer yet.", memory=look.memory)
        visit.crew.runs.begin(visit.run, token=visit.token, step=look.field, started=started, intents=self._intent)
        visit.journal[look.field] = started
        if self._clock() - asked > BEGIN_GOOD_SECONDS:
            raise Stalled("stood still just before a call")
        look.begun = True

    def _after(self, record: CallRecord) -> None:
        """What came of a call counts more than its record: that it could not be kept is said and nothing else."""
        visit = self._look.visit
        if self._first and record.without_effect:  # what is so at the next look is not our doing
            del self._look.memory["called"]
        self._first = False
        line = audit.line(record, at=visit.now, run=visit.run, why=self._why(record))
        log.info("heroku call", **line.to_log(), sentence=line.sentence)
        try:
            self._accounts.close(line)
        except (RedisError, OSError) as error:
            log.warning("a call could not be recorded", run=visit.run.id, error=type(error).__name__)

    def _why(self, record: CallRecord) -> str:
        """By what the rule's access allowed the call, or denied it."""
        endpoint, access = BY_NAME[record.endpoint], self._look.visit.access
        has = access.get(endpoint.group, Level.OFF)
        if has < endpoint.level:
            return f"it needs {endpoint.group}: {endpoint.level.word} and has {has.word}"
        if not record.allowed:
            return f"{self._look.visit.in_words(str(record.app))} is none of its apps"
        return f"allowed by {endpoint.group}: {has.word}"


def note_what_came(look: Look, outcome: Outcome | None) -> None:
    """A call whose answer nobody heard, as its worker was killed perhaps before it could write a line, gets its end in
    the record."""
    visit, endpoint = look.visit, look.memory.pop("call", None)
    if endpoint is None:
        return
    came: audit.LookedUp = "open" if outcome is None else "never known" if outcome.state == "unknown" else "found"
    line = audit.looked_up(came, at=visit.now, run=visit.run, endpoint=endpoint)
    log.info("heroku call looked up", **line.to_log(), sentence=line.sentence)
    try:
        visit.crew.audit.write(line)
    except (RedisError, OSError) as error:
        log.warning("a call could not be recorded", run=visit.run.id, error=type(error).__name__)
