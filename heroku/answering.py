"""From what came over the network to an answer or an error, with nothing foreign or secret in the error."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx2
from pydantic import SecretStr
from pydantic_core import from_json

from heroku import retrying, scopes
from heroku.calls import Answer, Call
from heroku.deadlines import Deadline
from heroku.errors import CallFailed, Forbidden
from heroku.polling import Poll
from heroku.redacting import clean

MOST_BYTES = 16 * 1024 * 1024  # of an answer; a full page of 1,000 releases is about 1 MB

_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


def read(
    call: Call, response: httpx2.Response, deadline: Deadline, secrets: Sequence[str], poll: Poll | None = None
) -> Answer:
    """The answer in a response that is still to be read; raises `CallFailed` if it is none."""
    status, headers = response.status_code, _told(response)
    request_id = _cleaned(headers.get("request-id"), secrets)
    if status == 304 and poll and poll.known:
        known = poll.known
        return _answer(call, known.status, from_json(known.content), headers, secrets, known.next_range, unchanged=True)
    try:
        content = _content(response, deadline)
        body = from_json(content) if content else None
    except (httpx2.RequestError, ValueError) as error:
        if response.is_success:
            why = _why(error, secrets)
            raise retrying.lost(call, why, status=status, request_id=request_id) from error
        body = None  # the status of a refusal says enough
    if not response.is_success:
        problem = _problem(status, body, headers, secrets)
        failure = retrying.failure(call, status, headers, problem, request_id=request_id)
        failure.remaining = _number(headers.get("ratelimit-remaining", ""))
        if isinstance(failure, Forbidden):
            failure.scopes = scopes.read(headers.get("oauth-scope", ""))
        raise failure
    next_range = _sendable(headers.get("next-range"))
    if poll:
        poll.keep(_sendable(headers.get("etag")), status, content, next_range)
    return _answer(call, status, body, headers, secrets, next_range)


def lost(call: Call, error: httpx2.RequestError, secrets: Sequence[str]) -> CallFailed:
    """The error for a call that got no response at all."""
    return retrying.lost(call, _why(error, secrets), sent=not isinstance(error, _NOT_SENT))


def _answer(
    call: Call,
    status: int,
    body: Any,
    headers: Mapping[str, str],
    secrets: Sequence[str],
    next_range: str | None,
    *,
    unchanged: bool = False,
) -> Answer:
    secret = headers.get("heroku-webhook-secret")
    return Answer(
        call=call,
        status=status,
        body=body,
        request_id=_cleaned(headers.get("request-id"), secrets),
        remaining=_number(headers.get("ratelimit-remaining", "")),
        next_range=next_range,
        warning=_cleaned(headers.get("x-heroku-warning"), secrets),
        scopes=scopes.read(headers.get("oauth-scope", "")),
        secret=SecretStr(secret) if secret else None,
        unchanged=unchanged,
    )


def _told(response: httpx2.Response) -> dict[str, str]:
    """The headers, each read once: looking them up one by one costs more than all else in an answer."""
    return {name.decode("latin-1").lower(): text.decode(errors="replace") for name, text in response.headers.raw}


def _content(response: httpx2.Response, deadline: Deadline) -> bytes:
    """The whole body; `ValueError` if it is too long or too late."""
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MOST_BYTES:
            raise ValueError("it is too long")
        if deadline.left <= 0:
            raise ValueError("it took too long")
    return bytes(body)


def _problem(status: int, body: Any, headers: Mapping[str, str], secrets: Sequence[str]) -> retrying.Problem:
    if not isinstance(body, dict):  # a page of a router, or nothing
        return retrying.Problem(message="the answer was not in Heroku's form")
    id, message = body.get("id"), body.get("message") or body.get("error")
    told = message if isinstance(message, str) else ""
    if status == 403:
        lack = scopes.lack(headers.get("oauth-scope", ""), headers.get("oauth-scope-accepted", ""))
        told = " ".join(filter(None, (told, lack)))
    return retrying.Problem(
        id=_cleaned(id, secrets) if isinstance(id, str) else None, message=clean(told, *secrets) if told else ""
    )


def _why(error: Exception, secrets: Sequence[str]) -> str:
    return clean(f"{_phrase(error)}: {error}", *secrets)


def _phrase(error: Exception) -> str:
    match error:
        case httpx2.ConnectError() | httpx2.ConnectTimeout() | httpx2.PoolTimeout():
            return "no connection"
        case httpx2.TimeoutException():
            return "no answer in time"
        case httpx2.TransportError():
            return "the connection was lost"
    return "the answer could not be read"


def _cleaned(text: str | None, secrets: Sequence[str]) -> str | None:
    return clean(text, *secrets) if text else None


def _sendable(text: str | None) -> str | None:
    return text if text and text.isascii() and text.isprintable() else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
