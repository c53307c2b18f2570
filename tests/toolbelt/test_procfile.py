"""What runs here is what runs on Heroku: the Procfile's lines, as a shell reads them."""

import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from toolbelt.crew import Crew
from toolbelt.procfile import HERE, command, read

TOOLS = {"PATH": "/usr/bin:/bin"}


def test_the_shell_fills_in_what_the_environment_holds(tmp_path: Path) -> None:
    procfile = tmp_path / "Procfile"
    procfile.write_text("web: echo --port $PORT --level ${LEVEL:-info}\n\nworker: echo nothing\n")
    with Crew() as crew:
        process = crew.start("web", command("web", path=procfile), env={**TOOLS, "PORT": "5000"})
        process.wait(10)
        assert process.output == "--port 5000 --level info"


def test_the_command_takes_the_shells_place(tmp_path: Path) -> None:
    """So that Heroku's signals, and ours, reach it."""
    procfile = tmp_path / "Procfile"
    procfile.write_text("web: sh -c 'echo $$'\n")
    with Crew() as crew:
        process = crew.start("web", command("web", path=procfile), env=TOOLS)
        process.wait(10)
        assert process.output == str(process.pid)


def test_what_is_to_be_heard_here_only_is_not_heard_everywhere(tmp_path: Path) -> None:
    procfile = tmp_path / "Procfile"
    procfile.write_text("web: serve --host 0.0.0.0 --port $PORT\nworker: work\n")
    assert command("web", path=procfile, host=HERE)[-1] == "exec serve --host 127.0.0.1 --port $PORT"
    with pytest.raises(ValueError, match="worker does not say --host"):
        command("worker", path=procfile, host=HERE)


def test_an_unknown_process_type_is_an_error() -> None:
    with pytest.raises(KeyError, match="clock"):
        command("clock")


def test_the_processes_are_those_that_heroku_is_told_of() -> None:
    assert list(read()) == ["web", "worker", "release"]


def test_web_listens_where_heroku_sends_to_and_ends_within_its_thirty_seconds() -> None:
    words = shlex.split(read()["web"])
    options = dict(pairwise(words))
    assert words[:2] == ["uvicorn", "receiver.asgi:app"]
    assert (options["--host"], options["--port"]) == ("0.0.0.0", "$PORT")
    assert int(options["--timeout-graceful-shutdown"]) < 30
    assert int(options["--timeout-keep-alive"]) > 55  # or the router meets a connection that was just closed


def test_the_worker_leaves_out_what_costs_connections() -> None:
    words = shlex.split(read()["worker"])
    assert words[:4] == ["celery", "-A", "workers.app", "worker"]
    assert {"--without-gossip", "--without-mingle", "--without-heartbeat"} <= set(words)
    assert words[words.index("--pool") + 1] == "threads"
