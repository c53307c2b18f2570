"""`bin/dev` runs the service here, makes up what was not set, and ends as a whole."""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import httpx2
import pytest

from tests.receiver.console.browsing import Visitor
from tests.toolbelt.descendants import descendants, wait_until_gone
from toolbelt.crew import HOME
from toolbelt.dev import credentials
from toolbelt.environment import without_the_callers
from toolbelt.waiting import until


class Dev:
    """A started bin/dev, and what it has said."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self._said = folder / "said"
        with self._said.open("w") as output:
            self.process = subprocess.Popen(
                [HOME / "bin/dev", "--port", "0"],
                cwd=folder,
                env=without_the_callers(os.environ) | settings,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()  # its guardian ends the rest
        self.process.wait()

    @property
    def said(self) -> str:
        return self._said.read_text()

    def ready(self) -> None:
        until(lambda: "Ctrl-C ends everything" in self.said, what="it to be ready", within=60, hopeless=self.ended)

    def ended(self) -> str | None:
        return None if self.process.poll() is None else self.said

    def line(self, pattern: str) -> str:
        found = re.search(pattern, self.said)
        assert found, self.said
        return str(found[1])


def is_heard_here_only(port: str) -> bool:
    """Whether nobody listens there for other machines, whose requests come in by an address of the network's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing, and tells which address would be ours
        ours = probe.getsockname()[0]
    with socket.socket() as caller:
        return ours.startswith("127.") or caller.connect_ex((ours, int(port))) != 0


def dynohook(*words: str, env: Mapping[str, str]) -> str:
    ran = subprocess.run(
        [HOME / "bin/dynohook", *words],
        env={**without_the_callers(os.environ), **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return ran.stdout


def test_it_makes_up_what_is_not_set_takes_deliveries_and_ends_as_a_whole(tmp_path: Path) -> None:
    dev = Dev(tmp_path, WEBHOOK_SECRET="")
    with dev:
        dev.ready()
        secret = dev.line(r" -s (\w{32})\n")
        assert dev.line(r"export WEBHOOK_SECRET=(\w+)\n") == secret
        env = {"WEBHOOK_SECRET": secret, "REDIS_URL": dev.line(r"export REDIS_URL=(\S+)")}
        url = dev.line(r"\n  deliveries +(\S+)\n")
        assert dynohook("send", "dyno_crashed", "--url", url, env=env).startswith("202 accepted ")
        assert "dyno destroy" in dynohook("events", "list", env=env)
        assert dev.line(r"\n  act +(\w+)\n") == "shadow"
        assert is_heard_here_only(dev.line(r"\n  console +http://127.0.0.1:(\d+)/console\n"))
        password = dev.line(r"\n  password +(\S+)\n")
        with httpx2.Client(base_url=dev.line(r"\n  console +(\S+)/console\n"), trust_env=False) as client:
            assert "<h1>Runs</h1>" in Visitor(client).signed_in(password=password).page("/console/runs")

        started = descendants(dev.process.pid)
        dev.process.send_signal(signal.SIGTERM)
        assert dev.process.wait(30) == 128 + signal.SIGTERM
        wait_until_gone(started, within=20)


def test_a_changed_rule_file_is_taken_up_and_one_that_does_not_load_is_told(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rule = "version: 1\nrules:\n  - {name: a, on: api:app.create, do: [{notify: {to: log, text: x}}]}\n"
    rules.write_text(rule)
    with Dev(tmp_path, RULES_PATH=str(rules)) as dev:
        dev.ready()
        assert dev.line(r"\n  rules +(\S+)  ") == str(rules)
        assert dev.line(r" -i (\S+) ") == "api:app,api:release"
        rules.write_text(rule.replace("name: a", "name: another"))
        until(lambda: "rules reloaded" in dev.said, what="the change to be taken up", hopeless=dev.ended)
        rules.write_text(rule.replace("on:", "onn:"))
        until(lambda: "is not known here (did you mean on?)" in dev.said, what="it to say what is wrong")
        dev.process.send_signal(signal.SIGINT)
        assert dev.process.wait(30) == 0


def test_what_is_set_is_used_and_secrets_are_not_shown(tmp_path: Path) -> None:
    dev = Dev(
        tmp_path,
        WEBHOOK_SECRET="sesame",
        ACT="off",
        HEROKU_API_KEY="HRKU-sesame",
        CONSOLE_PASSWORD="sesame sesame",
        PUBLIC_URL="https://a-tunnel.example.com",
    )
    with dev:
        dev.ready()
        assert "sesame" not in dev.said
        assert "-s $WEBHOOK_SECRET" in dev.said
        assert dev.line(r"\n  act +(\w+)\n") == "off"
        assert dev.line(r"\n  console +(\S+)\n") == "https://a-tunnel.example.com/console"
        assert dev.line(r"\n  password +(\S+)\n") == "CONSOLE_PASSWORD"
        dev.process.send_signal(signal.SIGINT)
        assert dev.process.wait(30) == 0


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param({"HEROKU_API_KEY": "HRKU-sesame"}, "with HEROKU_API_KEY", id="a token"),
        pytest.param(
            {"HEROKU_OAUTH_CLIENT_SECRET": "sesame", "HEROKU_OAUTH_REFRESH_TOKEN": "HRKU-sesame"},
            "by OAuth",
            id="OAuth",
        ),
        pytest.param({"HEROKU_OAUTH_CLIENT_SECRET": "sesame"}, "no token: rules that", id="half of OAuth"),
        pytest.param({}, "no token: rules that", id="neither"),
    ],
)
def test_how_heroku_is_called_is_said_without_what_is_secret(settings: dict[str, str], says: str) -> None:
    assert credentials(settings).startswith(says)
    assert "sesame" not in credentials(settings)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param({"RULES_PATH": "/nowhere"}, "/nowhere", id="rules that are not there"),
        pytest.param({"WEBHOOK_SECRET": "a,,b"}, "WEBHOOK_SECRET", id="a blank secret"),
        pytest.param({"ACT": "sideways"}, "ACT", id="a setting that cannot be"),
    ],
)
def test_if_a_process_cannot_start_it_says_why_and_all_ends(
    tmp_path: Path, settings: dict[str, str], says: str
) -> None:
    dev = Dev(tmp_path, **settings)
    with dev:
        assert dev.process.wait(60) == 1
    assert says in dev.said.splitlines()[-1] or says in dev.said.rpartition("bin/dev: ")[2]


def test_if_a_process_ends_by_itself_everything_ends_and_it_says_which(tmp_path: Path) -> None:
    dev = Dev(tmp_path)
    with dev:
        dev.ready()
        started = descendants(dev.process.pid)
        worker = until(lambda: [pid for pid in started if is_worker(pid)], what="the worker's process")[0]
        os.kill(worker, signal.SIGKILL)
        assert dev.process.wait(30) == 1
        wait_until_gone(started, within=20)
    assert "worker ended by itself with status -9" in dev.said


def is_worker(pid: int) -> bool:
    shown = subprocess.run(  # -ww: else the command is cut to the width of whatever terminal is about
        ["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False, timeout=20
    )
    return "workers.app" in shown.stdout
