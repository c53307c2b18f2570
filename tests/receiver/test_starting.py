"""A web process that lacks a setting ends at once, with one line that says which and what to do."""

import pytest

from tests.receiver.process import environment, web_command
from tests.receiver.serving import PATIENCE
from toolbelt.crew import Crew
from toolbelt.servers import free_port

REDIS_URL = "redis://user:a-password@127.0.0.1:1/0"


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        pytest.param({"WEBHOOK_SECRET": ""}, "WEBHOOK_SECRET", id="no secret"),
        pytest.param({"WEBHOOK_SECRET": "  "}, "WEBHOOK_SECRET", id="blank secret"),
        pytest.param({"WEBHOOK_SECRET": "a-password,"}, "WEBHOOK_SECRET", id="blank entry"),
        pytest.param({"WEBHOOK_SECRET": ",a-password"}, "WEBHOOK_SECRET", id="blank first entry"),
        pytest.param({"REDIS_URL": ""}, "REDIS_URL", id="no Redis"),
        pytest.param({"REDIS_URL": "https://a-password.example"}, "REDIS_URL", id="Redis at a wrong scheme"),
        pytest.param({"REDIS_URL": "redis://u:a-password@x:port/0"}, "REDIS_URL", id="Redis at no port"),
        pytest.param({"KEEP_DAYS": "a-password"}, "KEEP_DAYS", id="a number that is none"),
        pytest.param({"CONSOLE_PASSWORD": "a-password"}, "CONSOLE_PASSWORD", id="a password soon guessed"),
    ],
)
def test_it_refuses_to_start_in_one_line_that_holds_no_value(crew: Crew, settings: dict[str, str], named: str) -> None:
    env = environment(**{"REDIS_URL": REDIS_URL, "PORT": str(free_port())} | settings)
    process = crew.start("web", web_command(), env=env)
    assert process.wait(PATIENCE) == 3
    [line] = process.output.splitlines()
    assert line.startswith(f"The web process cannot start. {named}")
    assert "a-password" not in line


def test_with_several_processes_the_parent_ends_too_and_does_not_try_for_ever(crew: Crew) -> None:
    env = environment(REDIS_URL=REDIS_URL, PORT=str(free_port()), WEB_CONCURRENCY="2", WEBHOOK_SECRET="")
    process = crew.start("web", web_command(), env=env)
    process.wait(PATIENCE)
    assert "WEBHOOK_SECRET is not set" in process.output
    assert "Traceback" not in process.output
