"""`bin/dynohook agent`: asks and shows what comes as it comes, and lists tools."""

import json
from typing import Any

import pytest

from tests.toolbelt.commands.conftest import Terminal
from toolbelt.simulator.agents import Reply, Said

KEY = "inf-sesame-key"
TOLD = [
    Said(text="Looking.", call="dyno_run_command", arguments='{"cmd": "date"}'),
    Said(result="Monday \x1b[2J HRKU-1111-2222", call="dyno_run_command"),
    Said(text="It is Monday."),
]


@pytest.fixture
def inference(terminal: Terminal) -> dict[str, str]:
    return {"INFERENCE_URL": terminal.heroku.base_url, "INFERENCE_KEY": KEY, "INFERENCE_MODEL_ID": "a-model"}


def test_it_shows_words_calls_and_results(terminal: Terminal, inference: dict[str, str]) -> None:
    terminal.heroku.order_replies(Reply(says=TOLD))
    said = terminal.run("agent", "ask", "What day is it?", "--tool", "dyno_run_command", "--app", "shop", **inference)

    assert said.exit_code == 0
    assert said.stdout.splitlines() == [
        "Looking.",
        '→ dyno_run_command {"cmd": "date"}',
        "← dyno_run_command Monday  [2J [redacted]",
        "It is Monday.",
    ]
    assert "80 tokens, 1 calls of tools." in said.stderr
    asked = terminal.heroku.asked()[-1]
    assert asked["messages"] == [{"role": "user", "content": "What day is it?"}]
    assert asked["tools"][0]["runtime_params"] == {"target_app_name": "shop"}


def test_a_program_gets_it_whole(terminal: Terminal, inference: dict[str, str]) -> None:
    terminal.heroku.order_replies(Reply(says=TOLD))
    said = terminal.run("agent", "ask", "What day is it?", "--json", **inference)

    told = json.loads(said.stdout)
    assert (told["answer"], told["usage"]["total"], len(told["parts"])) == ("It is Monday.", 80, 4)


def test_an_answer_that_breaks_off_is_shown_as_far_as_it_came(terminal: Terminal, inference: dict[str, str]) -> None:
    terminal.heroku.order_replies(Reply(says=TOLD, ends="cut"))
    said = terminal.run("agent", "ask", "What day is it?", **inference)

    assert said.exit_code == 1
    assert "Looking." in said.stdout
    assert "the stream ended before it was done" in said.stderr


def test_a_program_gets_what_came_before_it_broke_off(terminal: Terminal, inference: dict[str, str]) -> None:
    terminal.heroku.order_replies(Reply(says=TOLD, ends="cut"))
    said = terminal.run("agent", "ask", "What day is it?", "--json", **inference)

    told = json.loads(said.stdout)
    assert said.exit_code == 1
    assert "before it was done" in told["error"]
    assert told["parts"][0]["text"] == "Looking."


@pytest.mark.parametrize(
    ("words", "changes", "code", "says"),
    [
        pytest.param(["x"], {"INFERENCE_URL": None}, 1, "INFERENCE_URL is not set", id="no service"),
        pytest.param(["x"], {"INFERENCE_KEY": None}, 1, "INFERENCE_KEY is not set", id="no key"),
        pytest.param(
            ["x"], {"INFERENCE_KEY": "inf-a b"}, 1, "INFERENCE_KEY: the token must be ASCII", id="a broken key"
        ),
        pytest.param(
            ["x"], {"INFERENCE_URL": "http://ai.example"}, 1, "must be https", id="where it could be overheard"
        ),
        pytest.param(["x"], {"INFERENCE_KEY": "HRKU-other"}, 1, "401", id="another key"),
        pytest.param(["x"], {"INFERENCE_MODEL_ID": None}, 1, "model", id="no model"),
        pytest.param(["x", "--tool", "t"], {}, 2, "--tool needs --app", id="a tool for no app"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    terminal: Terminal, inference: dict[str, str], words: list[str], changes: dict[str, Any], code: int, says: str
) -> None:
    said = terminal.run("agent", "ask", *words, **{**inference, **changes})

    assert said.exit_code == code
    assert says in said.stderr
    assert KEY not in said.output


def test_a_question_has_its_time(terminal: Terminal, inference: dict[str, str]) -> None:
    terminal.heroku.order_replies(Reply(says=TOLD[:1], ends="never"))
    said = terminal.run("agent", "ask", "What day is it?", "--within", "1", **inference)

    assert said.exit_code == 1
    assert "its time was up" in said.stderr


def test_it_lists_the_servers_and_their_tools(terminal: Terminal, inference: dict[str, str]) -> None:
    assert "No MCP server is registered." in terminal.run("agent", "servers", **inference).stdout
    tools = [{"name": "mcp/db/query"}, {"name": "mcp/db/schema"}]
    terminal.heroku.register_servers({"name": "mcp-db", "server_status": "registered", "tools": tools})
    said = terminal.run("agent", "servers", **inference)

    assert "mcp/db/query, mcp/db/schema" in said.stdout
    assert json.loads(terminal.run("agent", "servers", "--json", **inference).stdout)[0]["tools"] == tools
