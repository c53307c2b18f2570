"""Log lines hold no secret, whichever field it stands in and whoever wrote the line."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from core import logs


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    handlers, level = list(logging.getLogger().handlers), logging.getLogger().level
    yield
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"text": "with HRKU-hunter2-hunter2 in it"}, id="a token in a text"),
        pytest.param({"text": "Authorization: Bearer hunter2"}, id="a bearer"),
        pytest.param({"url": "redis://:hunter2@127.0.0.1:6379"}, id="a password in a url"),
        pytest.param({"url": "redis://:hun@ter2hunter2@127.0.0.1:6379"}, id="a password with an at"),
        pytest.param({"request": {"headers": {"Authorization": "hunter2"}}}, id="named, deep inside"),
        pytest.param({"numbers": [1, ("HRKU-hunter2-hunter2",)]}, id="a token in a list"),
        pytest.param({"error": ValueError("HRKU-hunter2-hunter2")}, id="a token in an error"),
        pytest.param({"body": b"HRKU-hunter2-hunter2"}, id="a token in bytes"),
        pytest.param({"webhook_secret": "hunter2"}, id="named a secret"),
        pytest.param({"api_key": "hunter2"}, id="named a key"),
        pytest.param({"signature": "hunter2"}, id="a signature"),
    ],
)
def test_a_secret_is_struck_out(capsys: pytest.CaptureFixture[str], fields: dict[str, Any]) -> None:
    logs.set_up("logfmt")
    structlog.get_logger().warning("something", **fields)

    said = capsys.readouterr().out
    assert "something" in said
    assert logs.STRUCK in said
    assert "hunter2" not in said


def test_lines_of_other_libraries_are_held_to_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("logfmt")
    logging.getLogger("somebody.else").warning("connecting to redis://:%s@127.0.0.1", "hunter2")

    said = capsys.readouterr().out
    assert "connecting to" in said
    assert "hunter2" not in said


def test_a_traceback_is_one_line_and_shows_no_token(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("logfmt")
    structlog.get_logger().error("it broke", exc_info=ValueError("no good: HRKU-hunter2"))

    said = capsys.readouterr().out
    assert "hunter2" not in said
    assert "ValueError" in said


def test_no_text_from_outside_begins_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """An app's name with a line break in it could write whatever it liked into the log."""
    logs.set_up("logfmt")
    structlog.get_logger().warning("something", app="acme\nlevel=info event=forged", quote='"')

    assert len(capsys.readouterr().out.splitlines()) == 1


def test_values_that_hold_nothing_secret_stay_what_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json")
    structlog.get_logger().warning("something", seconds=1.5, done=True, none=None, gate=["window", 1, 2], who={"a": 1})

    assert json.loads(capsys.readouterr().out) == {
        "event": "something",
        "level": "warning",
        "seconds": 1.5,
        "done": True,
        "none": None,
        "gate": ["window", 1, 2],
        "who": {"a": 1},
    }


def test_what_only_tells_of_progress_in_libraries_is_not_said(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("logfmt")
    for library in ("celery.worker", "httpx2", "kombu.connection"):
        logging.getLogger(library).info("chatter")

    assert capsys.readouterr().out == ""
