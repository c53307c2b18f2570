"""From what came over the network to an answer or an error, with nothing foreign or secret in the error."""

from typing import Any

import httpx2
from pydantic_core import from_json

from heroku import retrying
from heroku.calls import Answer, Call
from heroku.deadlines import Deadline
from heroku.errors import CallFailed
from heroku.redacting import clean

MOST_BYTES = 16 * 1024 * 1024  # of an answer; a full page of 1,000 releases is about 1 MB

_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


def read(call: Call, response: httpx2.Response, deadline: Deadline, token: str) -> Answer:
    """The answer in a response that is still to be read; raises `CallFailed` if it is none."""
    status, headers = response.status_code, response.headers
    request_id = _cleaned(headers.get("request-id"), token)
    try:
        body = _body(response, deadline)
    except (httpx2.RequestError, ValueError) as error:
        if response.is_success:
            why = _why(error, token)
            raise retrying.lost(call, why, status=status, request_id=request_id) from error
        body = None  # the status of a refusal says enough
    if not response.is_success:
        raise retrying.failure(call, status, headers, _problem(body, token), request_id=request_id)
    return Answer(
        call=call,
        status=status,
        body=body,
        request_id=request_id,
        remaining=_number(headers.get("ratelimit-remaining", "")),
        next_range=_sendable(headers.get("next-range")),
        warning=_cleaned(headers.get("x-heroku-warning"), token),
    )


def lost(call: Call, error: httpx2.RequestError, token: str) -> CallFailed:
    """The error for a call that got no response at all."""
    return retrying.lost(call, _why(error, token), sent=not isinstance(error, _NOT_SENT))


def _body(response: httpx2.Response, deadline: Deadline) -> Any:
    """The body as JSON, None if it is empty; `ValueError` if it is not JSON, too long or too late."""
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MOST_BYTES:
            raise ValueError("it is too long")
        if deadline.left <= 0:
            raise ValueError("it took too long")
    return from_json(bytes(body)) if body else None


def _problem(body: Any, token: str) -> retrying.Problem:
    if not isinstance(body, dict):  # a page of a router, or nothing
        return retrying.Problem(message="the answer was not in Heroku's form")
    id, message = body.get("id"), body.get("message") or body.get("error")
    return retrying.Problem(
        id=_cleaned(id, token) if isinstance(id, str) else None,
        message=clean(message, token) if isinstance(message, str) else "",
    )


def _why(error: Exception, token: str) -> str:
    return clean(f"{_phrase(error)}: {error}", token)


def _phrase(error: Exception) -> str:
    match error:
        case httpx2.ConnectError() | httpx2.ConnectTimeout() | httpx2.PoolTimeout():
            return "no connection"
        case httpx2.TimeoutException():
            return "no answer in time"
        case httpx2.TransportError():
            return "the connection was lost"
    return "the answer could not be read"


def _cleaned(text: str | None, token: str) -> str | None:
    return clean(text, token) if text else None


def _sendable(text: str | None) -> str | None:
    return text if text and text.isascii() and text.isprintable() else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
