"""The doctor at rules that ask an agent."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.toolbelt.commands.conftest import Terminal, no_secret_in

RULES = """
version: 1
rules:
  - name: why
    on: api:app.create
    access: {dynos: full}
    do: [{agent: {prompt: why, tools: [{name: mcp/db/qery, type: mcp}, {name: dyno_run_command}]}}]
"""


def agents(
    terminal: Terminal, tmp_path: Path, *, rules: str = RULES, **changes: str | None
) -> list[tuple[str, str, str]]:
    path = tmp_path / "rules.yaml"
    path.write_text(rules)
    service = {"INFERENCE_URL": terminal.heroku.base_url, "INFERENCE_KEY": "inf-sesame", "INFERENCE_MODEL_ID": "m"}
    ran = terminal.run("doctor", "--json", **{"RULES_PATH": str(path), **service, **changes})
    assert no_secret_in(ran.output)
    told = [each for each in json.loads(ran.stdout)["findings"] if each["area"] == "agents"]
    return [(each["name"], each["state"], each["says"] + each["do"]) for each in told]


def test_a_tool_that_no_server_has_is_told_with_what_was_meant(terminal: Terminal, tmp_path: Path) -> None:
    terminal.heroku.register_servers({"name": "mcp-db", "tools": [{"name": "mcp/db/query"}]})
    service, tool = agents(terminal, tmp_path)

    assert service == ("service", "ok", "answers")
    assert tool[:2] == ("mcp/db/qery", "attention")
    assert "did you mean mcp/db/query?" in tool[2]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"INFERENCE_KEY": "HRKU-sesame"}, "cannot be asked: GET /v1/mcp/servers: 401", id="another key"),
        pytest.param({"INFERENCE_URL": "http://127.0.0.1:9"}, "cannot be asked", id="nobody there"),
        pytest.param({"INFERENCE_URL": "http://ai.example"}, "must be https", id="in the clear"),
    ],
)
def test_a_service_that_cannot_be_asked_is_told(
    terminal: Terminal, tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    [(name, state, said)] = agents(terminal, tmp_path, **changes)

    assert (name, state) == ("service", "broken")
    assert says in said


@pytest.mark.parametrize(("mode", "state"), [("shadow", "attention"), ("live", "broken")])
def test_a_service_that_is_not_set_is_broken_only_for_a_live_rule(
    terminal: Terminal, tmp_path: Path, mode: str, state: str
) -> None:
    """The first doctor after a deploy called the service broken: a rule that ships in shadow asks an agent."""
    rules = RULES.replace("name: why", f"name: why\n    mode: {mode}")
    [(name, found, said)] = agents(terminal, tmp_path, rules=rules, INFERENCE_KEY=None)

    assert (name, found) == ("service", state)
    assert "not set: INFERENCE_KEY" in said


def test_nothing_is_said_where_no_rule_asks(terminal: Terminal, tmp_path: Path) -> None:
    rules = "version: 1\nrules: [{name: n, on: api:app.create, do: [{notify: {to: log, text: x}}]}]"

    assert agents(terminal, tmp_path, rules=rules, INFERENCE_URL=None) == []
