"""The agents endpoint: streams what was ordered, or a plain answer; slowly, cut off, or with an error at its end."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from toolbelt.simulator.control_accounts import Row

PREFIX = "inf-"  # of the keys that are let in
LONGEST = 60.0  # seconds
DONE = "event:done\ndata:[DONE]\n\n"
HEARTBEAT = "event:heartbeat\n\n"


class Said(BaseModel):
    """One event: the model's `text`, its call of a tool, or the `result` of one; `tokens` in all. `finish`: why it
    ended, if not as usual."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = None
    call: str | None = None
    arguments: str = "{}"
    result: str | None = None
    tokens: int = Field(default=40, ge=0)
    finish: str | None = None

    def to_event(self) -> str:
        """As it is streamed."""
        if self.result is not None:
            message: dict[str, Any] = {
                "role": "tool",
                "content": self.result,
                "tool_call_id": "call_1",
                "name": self.call,
            }
            return _event("tool.completion", message, "", {})
        function = {"name": self.call, "arguments": self.arguments}
        calls = [{"id": "call_1", "type": "function", "function": function}] if self.call else None
        message = {"role": "assistant", "content": self.text, "refusal": None, "tool_calls": calls}
        usual = "tool_calls" if calls else "stop"
        usage = {"prompt_tokens": self.tokens // 2, "completion_tokens": self.tokens - self.tokens // 2}
        return _event("chat.completion", message, self.finish or usual, {**usage, "total_tokens": self.tokens})


class Reply(BaseModel):
    """What the next question gets: `seconds` pass before each event, with `heartbeats` in between. `ends` `cut` breaks
    off amid the last event, `error` says so instead of the end, `never` goes on with heartbeats."""

    model_config = ConfigDict(extra="forbid")

    says: list[Said]
    seconds: float = Field(default=0.0, ge=0, le=LONGEST)
    heartbeats: int = Field(default=0, ge=0, le=100)
    ends: Literal["done", "cut", "error", "never"] = "done"


REPLIES = TypeAdapter(list[Reply])
SERVERS = TypeAdapter(list[dict[str, Any]])


@dataclass
class Agents:
    """The endpoint of one simulator, the replies that were ordered and the questions that came."""

    replies: list[Reply] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    servers: list[dict[str, Any]] = field(default_factory=list)

    def routes(self) -> list[Route]:
        return [
            Route("/v1/agents/heroku", self._ask, methods=["POST"]),
            Route("/v1/mcp/servers", self._servers, methods=["GET"]),
        ]

    def table(self) -> list[Row]:
        """Its part of the control plane."""
        return [
            ("POST", "/agents/replies", self._order),
            ("GET", "/agents/asked", self._show),
            ("PUT", "/agents/servers", self._register),
        ]

    async def _order(self, request: Request) -> object:
        self.replies.extend(REPLIES.validate_json(await request.body()))
        return {"replies": len(self.replies)}

    async def _register(self, request: Request) -> object:
        self.servers = SERVERS.validate_json(await request.body())
        return self.servers

    async def _show(self, _: Request) -> object:
        return self.asked

    async def _servers(self, request: Request) -> Response:
        return _refused(request) or JSONResponse(self.servers)

    async def _ask(self, request: Request) -> Response:
        if refused := _refused(request):
            return refused
        question = await request.json()
        if not question.get("model") or not question.get("messages"):
            return _problem(400, "invalid_request", "model and messages are required")
        self.asked.append(question)
        reply = self.replies.pop(0) if self.replies else Reply(says=[Said(text="All is well.")])
        return StreamingResponse(_streamed(reply), media_type="text/event-stream")


async def _streamed(reply: Reply) -> AsyncIterator[str]:
    events = [said.to_event() for said in reply.says]
    for number, event in enumerate(events, 1):
        for _ in range(reply.heartbeats):
            yield HEARTBEAT
        await asyncio.sleep(reply.seconds)
        if reply.ends == "cut" and number == len(events):
            yield event[: len(event) // 2]
            return
        yield event
    if reply.ends == "error":
        yield 'event:error\ndata:{"error":{"code":"500","message":"the model is overloaded","type":"server_error"}}\n\n'
        return
    while reply.ends == "never":
        await asyncio.sleep(max(reply.seconds, 0.05))
        yield HEARTBEAT
    yield DONE


def _event(kind: str, message: dict[str, Any], finish: str, usage: dict[str, int]) -> str:
    choice = {"index": 0, "message": message, "finish_reason": finish}
    told = {"id": "chatcmpl-1", "object": kind, "created": 1, "model": "simulated", "choices": [choice], "usage": usage}
    return f"event:message\ndata:{json.dumps(told)}\n\n"


def _refused(request: Request) -> Response | None:
    """Heroku's own token has no business here, and is refused so that a client that sends it is noticed."""
    if request.headers.get("authorization", "").startswith(f"Bearer {PREFIX}"):
        return None
    return _problem(401, "unauthorized", "the key is not one of this service")


def _problem(status: int, kind: str, message: str) -> Response:
    return JSONResponse({"error": {"code": str(status), "message": message, "type": kind}}, status)
