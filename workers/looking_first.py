"""Looking first: a run of a rule with `missing` looks whether the partner came after all: here, then in Heroku's list.

Absence is concluded from what did not arrive here, and a delivery may be late or lost. So nothing is done before
Heroku, which knows what happened, was asked; if it does not say, nothing is done either.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import structlog
from redis.exceptions import RedisError

from core import audit
from core.accepting import Arrival
from core.accounts import Accounts
from core.runs import Entry, RunState
from heroku import events
from heroku.access import Grant, Level
from heroku.calls import Call, CallRecord
from heroku.client import Heroku
from heroku.errors import BadDelivery, HerokuError, Unavailable, Unknown
from heroku.events import Event
from rules.correlating import is_partner
from workers.calling import Leaving
from workers.holding_back import has_begun
from workers.visits import APPROVAL, Visit

MOST_LISTED = 5_000  # events of an app; in a longer list it is not known whether one is missing
AGAIN_SECONDS = 5.0
WHY = "it looks for itself whether an event is missing"

log = structlog.get_logger()


class _NotKnown(Exception):
    """It cannot be found out; the message says why."""


def did_not_come(visit: Visit) -> bool:
    """Whether the run may begin, as far as a missing event goes. If not, what becomes of it is written down: it ends,
    or looks again. Raises what stops a visit: ClaimLost, Leaving, RedisError."""
    wanted = visit.run.plan.get("look_first")
    if wanted is None or has_begun(visit.run) or _is_asking(visit):
        return True
    if _has_come(visit, wanted):
        return False
    try:
        found = _found(visit, wanted)
    except (Unavailable, Unknown) as error:
        _look_again(visit, wanted, error)
        return False
    except (_NotKnown, HerokuError) as error:
        _give_up(visit, wanted, str(error))
        return False
    if found:
        _end(visit, "not needed", f"The event that was missing is in Heroku's own list: {found}.")
    return not found


def _has_come(visit: Visit, wanted: Mapping[str, Any]) -> bool:
    """Whether it has reached us since the run was planned: then it ends, whatever Heroku says."""
    since = visit.event.created_at if visit.event else None
    if since is None:
        return False
    first, last = since.timestamp(), since.timestamp() + wanted["within"]
    came = visit.crew.runs.came(wanted["key"], since=first, until=last, besides=visit.run.event_id)
    if came:
        _end(visit, "not needed", f"The event that was missing has come meanwhile: {came}.")
    return came is not None


def _look_again(visit: Visit, wanted: Mapping[str, Any], error: Unavailable | Unknown) -> None:
    """Heroku is busy: wait as long as it asks for, but not for ever."""
    left = _give_up_at(visit) - visit.now
    if left <= 0:
        _give_up(visit, wanted, str(error))
        return
    wait = min(max(AGAIN_SECONDS, error.retry_after if isinstance(error, Unavailable) else 0.0), max(left, 1.0))
    visit.crew.due.park("act", visit.run.id, token=visit.token, seconds=wait)
    log.info("it is not known yet whether an event is missing", run=visit.run.id, error=str(error))


def _is_asking(visit: Visit) -> bool:
    """Whether a person is asked and has not said yes: then there is nothing to look for."""
    answer = visit.run.approval
    return visit.state(APPROVAL) == "waiting" and (answer is None or answer.get("verdict") != "approve")


def _give_up_at(visit: Visit) -> float:
    """Until when Heroku may be busy: however long the run had to queue, or a person took to say yes."""
    began, answer = visit.run.started_at or visit.now, visit.run.approval
    return max(began, answer["at"] / 1000 if answer else 0.0) + visit.patience_seconds


def _found(visit: Visit, wanted: Mapping[str, Any]) -> str | None:
    """The id of the partner in Heroku's list. Raises _NotKnown, HerokuError."""
    rule, heroku = visit.crew.book.rule(visit.run.rule), visit.crew.heroku
    partner = rule.missing if rule else None
    if partner is None or partner.digest != wanted["partner"]:
        raise _NotKnown("the rule does not say any more which event was missing")
    if heroku is None:
        raise _NotKnown("HEROKU_API_KEY is not set")
    since = visit.event.created_at if visit.event else None
    if since is None:
        raise _NotKnown("the event does not say when it happened")
    until = since + timedelta(seconds=wanted["within"])
    for other, body in _listed(visit, heroku):
        in_time = other.created_at is not None and since <= other.created_at <= until
        if in_time and other.id != visit.run.event_id and is_partner(partner, other, wanted["key"]):
            _take_in(visit, other, body)
            return other.id
    return None


def _take_in(visit: Visit, event: Event, body: bytes) -> None:
    """It was not delivered, or its delivery is still to come: other rules may be waiting for it. Should it come after
    all, it is a duplicate."""
    created = event.created_at.timestamp() if event.created_at else None
    arrival = Arrival(event.id, "event", event.include, event.action, visit.run.app_name, created, body)
    answer = visit.crew.ledger.fetcher.keep(arrival)
    log.info("event fetched from heroku", event_id=event.id, include=event.include, answer=answer)


def _listed(visit: Visit, heroku: Heroku) -> Iterator[tuple[Event, bytes]]:
    """Heroku's own list of the app's events, those that can be read, each with the body that it would have come in."""
    grant = Grant("dynohook", {"apps": Level.READ}, frozenset({visit.run.app}))
    account = _Account(visit)
    ours = heroku.granted(grant, before=account.open, after=account.close)
    for number, listed in enumerate(ours.webhook_events(visit.run.app)):
        if number >= MOST_LISTED:
            raise _NotKnown(f"Heroku lists more than {MOST_LISTED:,} events of the app")
        body = json.dumps(listed.delivery()).encode()
        try:
            event = events.read(body)
        except BadDelivery:
            continue
        yield event, body


class _Account:
    """Keeps account of the calls: out of the shared pool before, into the record after."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._accounts = Accounts(visit.crew.pool, visit.crew.audit)

    def open(self, call: Call) -> None:
        """Raises Leaving, ClaimLost, Unavailable."""
        visit = self._visit
        if visit.crew.stopping.is_set():
            raise Leaving("the worker is stopping")
        self._accounts.open(call)
        visit.crew.due.renew("act", visit.run.id, token=visit.token)

    def close(self, record: CallRecord) -> None:
        """That it could not be written down is said and nothing else."""
        run = self._visit.run
        line = audit.line(record, at=self._visit.now, run=run, why=WHY)
        log.info("heroku call", **line.to_log(), sentence=line.sentence)
        try:
            self._accounts.close(line)
        except (RedisError, OSError) as error:
            log.warning("a call could not be recorded", run=run.id, error=type(error).__name__)


def _give_up(visit: Visit, wanted: Mapping[str, Any], why: str) -> None:
    """Heroku does not tell; it may have come while Heroku was asked."""
    if _has_come(visit, wanted):
        return
    run = visit.run
    sentence = f"It is not known whether an event is missing, so nothing was done: {why.rstrip('.')}."
    _end(visit, "unknown", sentence, tell=(f"missing:{run.id}", f"{run.app_name}, rule {run.rule}: {sentence}"))


def _end(visit: Visit, state: RunState, sentence: str, *, tell: tuple[str, str] | None = None) -> None:
    entry = Entry(set={"note": sentence}, then="finish", state=state, tell=tell)
    visit.crew.runs.record(visit.run, entry, token=visit.token)
    log.info("run ended before its first step", run=visit.run.id, state=state, why=sentence)
