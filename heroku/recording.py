"""Every call for the record: made or not, answered or not, it leaves exactly one line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from heroku.calls import Answer, CallRecord, Result
from heroku.endpoint import Endpoint
from heroku.errors import CallFailed, Refused, Unavailable


@dataclass(slots=True)
class Note:
    """What is known of a call so far; whoever makes it brings this up to date as it goes."""

    outcome: Result = "denied"
    answer: Answer | None = None


@contextmanager
def recorded(
    who: str,
    endpoint: Endpoint,
    app: str | None,
    *,
    clock: Callable[[], float],
    keep: Callable[[CallRecord], None] | None,
) -> Iterator[Note]:
    """Hand `keep` one record of what happens inside, whichever way it ends."""
    begun, note, failed = clock(), Note(), None
    try:
        yield note
    except CallFailed as error:
        failed = error
        if note.outcome != "stopped" or isinstance(error, Refused):  # put off by the `before` hook is stopped as well
            note.outcome = _result(error)
        raise
    finally:
        if keep:
            told, answer = failed or note.answer, note.answer
            keep(
                CallRecord(
                    who=who,
                    endpoint=endpoint.name,
                    app=app,
                    allowed=note.outcome != "denied",
                    outcome=note.outcome,
                    seconds=clock() - begun,
                    status=told.status if told else None,
                    request_id=told.request_id if told else None,
                    remaining=told.remaining if told else None,
                    warning=answer.warning if answer else None,
                    without_effect=failed is not None and failed.without_effect and note.outcome != "stopped",
                )
            )


def _result(error: CallFailed) -> Result:
    match error:
        case Refused():
            return "refused"
        case Unavailable():
            return "unavailable"
    return "unknown"
