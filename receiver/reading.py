"""What a signed body says: an arrival to be kept, be it an event or something that cannot be read."""

from collections.abc import Callable

import structlog

from core.accepting import UNREADABLE, Arrival
from heroku.errors import BadDelivery
from heroku.events import Event, read
from receiver.body import Body
from receiver.errors import place

TOO_LONG = "longer than what is kept whole"

log = structlog.get_logger(__name__)


def arrival(body: Body, *, read: Callable[[bytes], Event] = read) -> Arrival:
    """Never raises: Heroku signed it, and refusing it would hold up everything behind it for 72 hours."""
    if body.digest is not None:
        return _unreadable(body, TOO_LONG)
    try:
        return _readable(read(body.kept), body)
    except BadDelivery as error:
        return _unreadable(body, error.reason)
    except Exception as error:  # noqa: BLE001  a bug of ours must not hold up anything either
        log.error("reading failed", error=place(error))  # noqa: TRY400  a traceback may quote it
        return _unreadable(body, "a fault while reading it")


def _readable(event: Event, body: Body) -> Arrival:
    return Arrival(
        id=event.id,
        kind="event",
        include=event.include,
        action=event.action,
        app=(event.app.name or event.app.id or "") if event.app else "",
        created_at=event.created_at.timestamp() if event.created_at else None,
        body=body.kept,
    )


def _unreadable(body: Body, reason: str) -> Arrival:
    return Arrival(
        id=f"{UNREADABLE}{body.fingerprint()}",
        kind="unreadable",
        include="",
        action="",
        app="",
        created_at=None,
        body=body.kept,
        reason=reason,
    )
