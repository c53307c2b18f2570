"""Whether a call that did not succeed may be made again: a pure policy.

The one question is whether the call may have been carried out. A call that may be repeated anyway is
`Unavailable` whenever trying again can help; a POST only where nothing can have happened.

| what came                           | repeatable  | POST        | because                                       |
|-------------------------------------|-------------|-------------|-----------------------------------------------|
| no connection                       | Unavailable | Unavailable | nothing was sent                              |
| connection lost, time out, cut body | Unavailable | Unknown     | it was sent, and what came of it was not told |
| a 2xx that cannot be read           | Unavailable | Unknown     | it happened; what it made is not known        |
| 429; 408, 425                       | Unavailable | Unavailable | turned away before any work                   |
| 503 whose id is `maintenance`       | Unavailable | Unavailable | the whole API is closed: no work is taken     |
| 503 otherwise, 500, 502, 504 …      | Unavailable | Unknown     | a router may answer for a call that goes on   |
| 303                                 | Refused     | Unknown     | done, and its result is elsewhere             |
| other 3xx                           | Refused     | Refused     | redirects are never followed                  |
| other 4xx                           | Refused     | Refused     | understood, and no                            |

Heroku documents no ids for 503, so only the one that can mean nothing else counts as safe.
"""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from heroku.calls import Call
from heroku.errors import (
    CallFailed,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    Unauthorized,
    Unavailable,
    Unknown,
)

# The account's pool refills by 75 calls a minute. Waiting for one of them would have every waiter back at once
# for a single call; ten are about what one step needs.
DRY_POOL_SECONDS = 10 * 60 / 75
OUTAGE_SECONDS = 5.0  # after an outage or a lost connection, where Heroku does not say how long
LONGEST_WAIT_SECONDS = 300.0  # whatever a header says: a call's owner looks again at least this often

_TURNED_AWAY = (408, 425, 429)
_CLOSED = (503, "maintenance")
_REFUSALS: Mapping[int, type[Refused]] = {
    400: Invalid,
    401: Unauthorized,
    402: Forbidden,
    403: Forbidden,
    404: NotFound,
    406: Invalid,
    409: Conflict,
    410: NotFound,
    412: Conflict,
    416: Invalid,
    422: Invalid,
    423: Conflict,
}


class Problem(NamedTuple):
    """What an error's body says, as far as it could be read."""

    id: str | None = None
    message: str = ""


def failure(
    call: Call, status: int, headers: Mapping[str, str], problem: Problem, *, request_id: str | None = None
) -> CallFailed:
    """The error for an answer that is not 2xx."""
    facts = _facts(call, status, problem, request_id)
    wait = retry_after(status, headers)
    if status in _TURNED_AWAY or (status, problem.id) == _CLOSED:
        return Unavailable(**facts, retry_after=wait)
    if status >= 500:
        return _unsettled(call, facts, wait)
    if status == 303 and not call.endpoint.repeatable:
        return Unknown(**facts)
    return _REFUSALS.get(status, Refused)(**facts)


def lost(
    call: Call, why: str, *, sent: bool = True, status: int | None = None, request_id: str | None = None
) -> CallFailed:
    """The error for a call without an answer that can be read: never sent, cut off, too late or garbled."""
    facts = _facts(call, status, Problem(message=why), request_id)
    return _unsettled(call, facts, OUTAGE_SECONDS) if sent else Unavailable(**facts, retry_after=OUTAGE_SECONDS)


def retry_after(status: int, headers: Mapping[str, str]) -> float:
    """How many seconds to wait: what the header says, in seconds or as a date, within bounds; else our own."""
    said = _said(headers.get("retry-after", ""), headers.get("date", ""))
    if said is None:
        return DRY_POOL_SECONDS if status == 429 else OUTAGE_SECONDS
    return min(max(said, 0.0), LONGEST_WAIT_SECONDS)


def _said(text: str, date: str) -> float | None:
    if text.isascii() and text.isdigit():
        return float(text[:10])  # more digits than that are past any bound
    try:
        # Both by the server's clock, so that ours does not matter.
        return (parsedate_to_datetime(text) - parsedate_to_datetime(date)).total_seconds()
    except (ValueError, TypeError, OverflowError):  # not a date; or one without a zone
        return None


def _facts(call: Call, status: int | None, problem: Problem, request_id: str | None) -> dict[str, Any]:
    return {
        "method": call.method,
        "path": call.path,
        "status": status,
        "id": problem.id,
        "message": problem.message,
        "request_id": request_id,
    }


def _unsettled(call: Call, facts: dict[str, Any], wait: float) -> Unavailable | Unknown:
    """It may have been carried out: no matter for a call that may be repeated, all that matters for another."""
    if not call.endpoint.repeatable:
        return Unknown(**facts)
    return Unavailable(**facts, retry_after=wait, without_effect=False)
