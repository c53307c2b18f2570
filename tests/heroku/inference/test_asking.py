"""What may be asked: each field within its range."""

from typing import Any

import pytest
from pydantic import ValidationError

from heroku.inference.asking import Message, Request

HELLO = {"role": "user", "content": "hello"}
CALL = {"id": "c1", "function": {"name": "date"}}


def request(**more: Any) -> Request:
    return Request.model_validate({"model": "claude-sonnet", "messages": [HELLO], **more})


def heroku_tool(**params: Any) -> dict[str, Any]:
    return {"type": "heroku_tool", "name": "dyno_run_command", "runtime_params": {"target_app_name": "shop", **params}}


def test_only_what_is_said_is_sent() -> None:
    assert request().to_json() == {"model": "claude-sonnet", "messages": [HELLO]}


def test_everything_can_be_said() -> None:
    said = {
        "model": "claude-sonnet",
        "messages": [
            {"role": "system", "content": "be brief"},
            HELLO,
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "content": "Monday", "tool_call_id": "c1"},
            {"role": "assistant", "content": "It is"},
        ],
        "max_tokens_per_inference_request": 8192,
        "stop": ["END"],
        "temperature": 1.0,
        "top_p": 0.999,
        "tools": [
            heroku_tool(dyno_size="eco", ttl_seconds=120, max_calls=1, tool_params={"cmd": "date"}),
            {"type": "mcp", "name": "mcp/db/query", "runtime_params": {"ttl_seconds": 30}},
        ],
    }
    sent = Request.model_validate(said).to_json()

    assert sent["messages"][2]["tool_calls"][0]["function"] == {"name": "date", "arguments": "{}"}
    assert sent["messages"][-1] == {"role": "assistant", "content": "It is"}
    assert sent["tools"][0]["runtime_params"]["tool_params"] == {"cmd": "date"}


@pytest.mark.parametrize(
    "more",
    [
        {"messages": []},
        {"model": ""},
        {"temperature": 1.1},
        {"temperature": -0.1},
        {"temperature": float("nan")},
        {"top_p": 1.0},
        {"max_tokens_per_inference_request": 0},
        {"max_tokens_per_inference_request": 8193},
        {"model": "claude-3-haiku", "max_tokens_per_inference_request": 4097},
        {"stop": [""]},
        {"tools": [heroku_tool(ttl_seconds=121)]},
        {"tools": [heroku_tool(ttl_seconds=0)]},
        {"tools": [heroku_tool(max_calls=0)]},
        {"tools": [{"type": "heroku_tool", "name": "x", "runtime_params": {}}]},
        {"tools": [{"type": "mcp", "name": "x", "runtime_params": {"target_app_name": "shop"}}]},
        {"tools": [{"type": "pigeon", "name": "x"}]},
        {"colour": "red"},
    ],
    ids=str,
)
def test_what_is_out_of_range_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        request(**more)


@pytest.mark.parametrize(
    "message",
    [
        {"role": "pigeon", "content": "x"},
        {"role": "user"},
        {"role": "user", "content": "x", "tool_calls": [CALL]},
        {"role": "user", "content": "x", "tool_call_id": "c1"},
        {"role": "tool", "content": "x"},
        {"role": "user", "content": "x", "refusal": "no"},
    ],
    ids=str,
)
def test_a_message_fits_its_role(message: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Message.model_validate(message)
