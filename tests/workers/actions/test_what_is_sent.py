"""What a rule writes is what Heroku is asked for, all of it and nothing besides."""

from typing import Any

import pytest

from tests.workers.actions.scene import ENVIRONMENT, SECRET, occasion, rule
from tests.workers.world import APP, World

SUM = "SHA256:" + "0" * 64
LINK = ENVIRONMENT["A_LINK"]

SENT: list[Any] = [
    pytest.param(
        "scale: {type: web, quantity: 2, size: standard-2x}",
        {"formation": "write"},
        {"quantity": 2, "dyno_size": {"name": "standard-2x"}},
        id="scale",
    ),
    pytest.param(
        "run: {command: bin/mend, time_to_live: 5m, size: standard-2x, env: {KEY: $A_SECRET}}",
        {"dynos": "full"},
        {"command": "bin/mend", "time_to_live": 300, "size": "standard-2x", "env": {"KEY": SECRET}},
        id="run",
    ),
    pytest.param(
        "run: {command: bin/mend}", {"dynos": "full"}, {"command": "bin/mend", "time_to_live": 600}, id="run, in short"
    ),
    pytest.param(
        f"build: {{url: $A_LINK, checksum: '{SUM}', version: abc, description: Mends it}}",
        {"builds": "full"},
        {"source_blob": {"url": LINK, "checksum": SUM, "version": "abc", "version_description": "Mends it"}},
        id="build",
    ),
    pytest.param(
        "addon: {add: 'papertrail:choklad', name: logs-1, attachment: LOGS, config: {key: $A_SECRET}, confirm: true}",
        {"add-ons": "write"},
        {
            "plan": "papertrail:choklad",
            "name": "logs-1",
            "attachment": {"name": "LOGS"},
            "config": {"key": SECRET},
            "confirm": APP,
        },
        id="addon",
    ),
    pytest.param(
        "domain: {add: www.acme.example, sni_endpoint: tokyo-1050}",
        {"domains": "write"},
        {"hostname": "www.acme.example", "sni_endpoint": "tokyo-1050"},
        id="domain",
    ),
    pytest.param(
        "collaborator: {add: newcomer@acme.example, silent: true}",
        {"collaborators": "full"},
        {"user": "newcomer@acme.example", "silent": True},
        id="collaborator",
    ),
    pytest.param(
        "logs: {lines: 7, dyno: web.1, source: app}",
        {"logs": "read"},
        {"lines": 7, "tail": False, "dyno_name": "web.1", "source": "app"},
        id="logs",
    ),
]


@pytest.mark.parametrize(("do", "access", "body"), SENT)
def test_heroku_is_asked_for_what_the_rule_says(
    world: World, do: str, access: dict[str, str], body: dict[str, Any]
) -> None:
    world.worker(rule(do, access), environment=ENVIRONMENT)
    world.deliver(occasion(world))
    world.workers[0].drain()

    assert world.posts()[0].body == body
