"""`bin/demo` from outside: the story holds, nothing of the caller's is used, and nothing is left behind."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx2
import pytest

from tests.receiver.console.browsing import Visitor
from tests.toolbelt.descendants import alive, descendants, wait_until_gone
from toolbelt.crew import HOME
from toolbelt.waiting import until

FAST = ("--speed", "60")
OF_THE_CALLER = {
    "HEROKU_API_KEY": "HRKU-of-the-caller",
    "HEROKU_API_URL": "https://api.heroku.com",
    "REDIS_URL": "redis://127.0.0.1:9",
    "RULES_PATH": "/nowhere",
    "WEBHOOK_SECRET": " , ",
    "ACT": "off",
    "PORT": "80",
    "WEB_CONCURRENCY": "3",
    "CELERY_BROKER_URL": "redis://127.0.0.1:9",
}


def start(cwd: Path, *options: str, env: Mapping[str, str]) -> subprocess.Popen[str]:
    with (cwd / "said").open("w") as output:
        return subprocess.Popen(
            [HOME / "bin/demo", *FAST, *options],
            cwd=cwd,
            env={**os.environ, **env},
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with start(tmp_path, env={}) as process:
        yield process
        process.kill()


def said(folder: Path) -> str:
    return (folder / "said").read_text()


def test_the_story_holds_whatever_the_caller_has_set(tmp_path: Path) -> None:
    with start(tmp_path, "--once", env=OF_THE_CALLER) as process:
        assert process.wait(110) == 0, said(tmp_path)
    story = " ".join(said(tmp_path).split())  # however its lines were broken
    assert "The story held" in story
    assert "v42 failed and never went live; v41 is running, untouched." in story
    assert 'POST /apps/acme-shop/releases {"release": "id of v41"}, and was answered 201.' in story
    assert "v44 (Rollback to v41) is live, and its dynos are up." in story
    assert "of-the-caller" not in story


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        pytest.param("Starting", signal.SIGKILL, id="killed while it starts"),
        pytest.param("Act one", signal.SIGTERM, id="ended amid the first act"),
        pytest.param("Your turn", signal.SIGKILL, id="killed while it stays up"),
        pytest.param("Your turn", signal.SIGINT, id="interrupted while it stays up"),
    ],
)
def test_nothing_is_left_behind(demo: subprocess.Popen[str], tmp_path: Path, moment: str, number: int) -> None:
    until(lambda: moment in said(tmp_path), what=f"the demo to come to {moment!r}", within=90)
    if moment == "Starting":
        until(lambda: len(descendants(demo.pid)) >= 2, what="its first processes", within=20)
    started = descendants(demo.pid)
    assert alive(started) == started or moment == "Starting"
    demo.send_signal(number)
    demo.wait(30)
    wait_until_gone(started, within=30)


def test_while_it_stays_up_a_newcomer_can_look_at_what_was_done(demo: subprocess.Popen[str], tmp_path: Path) -> None:
    until(lambda: "seen enough" in said(tmp_path), what="it to say what is next", within=90)
    console, password = (re.search(rf"\n +{name} +(\S+)\n", said(tmp_path)) for name in ("console", "password"))
    assert console
    assert password
    with httpx2.Client(base_url=console[1].removesuffix("/console"), trust_env=False) as client:
        runs = Visitor(client).signed_in(password=password[1]).page("/console/runs")
    assert "Rolled back from v43 to v41" in runs


def test_its_help_says_what_it_starts(tmp_path: Path) -> None:
    helped = subprocess.run(
        [HOME / "bin/demo", "--help"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True
    )
    assert "--once" in helped.stdout
    assert "neither used nor seen" in " ".join(helped.stdout.split())
