"""Streams as Heroku's agents endpoint sends them, and a transport that hands them out in chosen pieces."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any

import httpx2

KEY = "inf-0123456789abcdef"
URL = "http://127.0.0.1:9"


def completion(
    text: str | None, *, calls: Sequence[tuple[str, str]] = (), finish: str = "stop", tokens: int = 30
) -> str:
    asked = [
        {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for number, (name, arguments) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": text, "refusal": None, "tool_calls": asked or None}
    usage = {"prompt_tokens": tokens - 10, "completion_tokens": 10, "total_tokens": tokens}
    return _event("chat.completion", message, finish, usage)


def result(text: str, *, name: str = "dyno_run_command") -> str:
    message = {"role": "tool", "content": text, "refusal": None, "tool_call_id": "call_0", "name": name}
    return _event("tool.completion", message, "", {})


def _event(kind: str, message: dict[str, Any], finish: str, usage: dict[str, int]) -> str:
    choice = {"index": 0, "message": message, "finish_reason": finish}
    body = {"id": "chatcmpl-1", "object": kind, "created": 1, "model": "a-model", "choices": [choice], "usage": usage}
    return f"event:message\ndata:{json.dumps(body, ensure_ascii=False)}\n\n"


DONE = "event:done\ndata:[DONE]\n\n"
HEARTBEAT = "event:heartbeat\n\n: still there\n\n"
RECORDED = (
    completion(
        "Ich schaue nach … \N{PILE OF POO}", calls=[("dyno_run_command", '{"command": "date"}')], finish="tool_calls"
    )
    + HEARTBEAT
    + result("Mon May  4\nexit 0")
    + completion("It is Monday.", tokens=50)
    + DONE
)


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, pieces: Iterable[bytes], breaks: Exception | None, handed: Callable[[], None]) -> None:
        self._pieces, self._breaks, self._handed = pieces, breaks, handed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            self._handed()
            yield piece
        if self._breaks:
            raise self._breaks


class Pieces(httpx2.AsyncBaseTransport):
    """Answers every request with these pieces; `breaks` is what ends the stream instead of its end."""

    def __init__(
        self,
        *pieces: bytes,
        status: int = 200,
        headers: dict[str, str] | None = None,
        breaks: Exception | None = None,
        fails: Callable[[], Exception] | None = None,
    ) -> None:
        self.requests: list[httpx2.Request] = []
        self._pieces, self._status, self._headers = pieces, status, headers
        self._breaks, self._fails = breaks, fails
        self.handed_out = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        if self._fails:
            raise self._fails()
        stream = _Stream(self._pieces, self._breaks, self._hands_out)
        return httpx2.Response(self._status, headers=self._headers, stream=stream)

    def _hands_out(self) -> None:
        self.handed_out += 1
