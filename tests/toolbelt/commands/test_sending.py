"""`send` posts what Heroku would post, signed as Heroku signs, and says what came of it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from heroku import samples
from heroku.events import read
from heroku.signature import HEADER, Verifier
from toolbelt.commands.sending import send

SECRET = "the first"


class Receiver(ThreadingHTTPServer):
    """Keeps what it was sent, and answers as it was told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.paths: list[str] = []
        self.answer: tuple[int, bytes] = (202, b'{"status": "accepted", "event": "e1"}')

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/webhooks/heroku"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), body))
        self.server.paths.append(self.path)
        status, text = self.server.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever, args=(0.05,))
        thread.start()
        yield receiver
        receiver.shutdown()
        thread.join()


def run(*arguments: str, **environment: str | None) -> Result:
    settings = {"WEBHOOK_SECRET": f"{SECRET}, the second", "WEBHOOK_AUTHORIZATION": None, "PORT": None}
    return CliRunner(env={**settings, **environment}).invoke(send, arguments)


def test_a_sample_arrives_signed_and_as_new(receiver: Receiver) -> None:
    ran = run("dyno_crashed", "--app", "acme-shop", "--url", receiver.url)
    assert (ran.exit_code, ran.output) == (0, "202 accepted e1\n")
    [(headers, body)] = receiver.heard
    check = Verifier([SECRET]).begin()
    check.update(body)
    assert check.fits(headers[HEADER].encode())
    event = read(body)
    assert (event.include, event.app.name if event.app else None) == ("dyno", "acme-shop")
    assert event.id != samples.sample("dyno_crashed")["id"]


def test_fields_can_be_changed_with_their_types(receiver: Receiver) -> None:
    run("dyno_crashed", "--set", "data.exit_status=137", "--set", "data.type=worker", "--url", receiver.url)
    data = json.loads(receiver.heard[0][1])["data"]
    assert (data["exit_status"], data["type"]) == (137, "worker")


def test_a_file_of_ones_own_is_sent_as_it_is(receiver: Receiver, tmp_path: Path) -> None:
    mine = tmp_path / "mine.json"
    mine.write_text('{"id": "7", "mine": [1, 2]}')
    assert run(str(mine), "--url", receiver.url).exit_code == 0
    assert json.loads(receiver.heard[0][1]) == {"id": "7", "mine": [1, 2]}


def test_a_delivery_is_repeated_as_often_as_asked(receiver: Receiver) -> None:
    ran = run("dyno_crashed", "--times", "3", "--url", receiver.url)
    assert ran.output.count("202 accepted") == 3
    assert len({body for _, body in receiver.heard}) == 1


def test_the_configured_authorization_is_sent_along(receiver: Receiver) -> None:
    run("dyno_crashed", "--url", receiver.url, WEBHOOK_AUTHORIZATION="Bearer of webhooks")
    assert receiver.heard[0][0]["Authorization"] == "Bearer of webhooks"


def test_without_a_url_the_port_of_the_environment_counts(receiver: Receiver) -> None:
    assert run("dyno_crashed", PORT=str(receiver.server_port)).exit_code == 0


def test_a_refusal_is_told_and_ends_with_one(receiver: Receiver) -> None:
    receiver.answer = (401, b'{"error": "wrong signature"}')
    ran = run("dyno_crashed", "--url", receiver.url)
    assert (ran.exit_code, ran.output) == (1, "401 wrong signature\n")


@pytest.mark.parametrize(
    ("behind", "path"),
    [("", "/webhooks/heroku"), ("/", "/webhooks/heroku"), ("/webhooks/heroku", "/webhooks/heroku"), ("/my", "/my")],
)
def test_it_is_enough_to_name_the_service(receiver: Receiver, behind: str, path: str) -> None:
    """`--url http://127.0.0.1:5000` was answered 405 Method Not Allowed."""
    run("dyno_crashed", "--url", f"http://127.0.0.1:{receiver.server_port}{behind}")
    assert receiver.paths == [path]


def test_json_is_for_programs(receiver: Receiver) -> None:
    ran = run("dyno_crashed", "--json", "--url", receiver.url)
    assert json.loads(ran.output) == [{"status": 202, "answer": {"status": "accepted", "event": "e1"}}]


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        pytest.param(["dyno_crshed"], {}, "did you mean 'dyno_crashed'?", id="no such sample"),
        pytest.param(["no-such-file.json"], {}, "no-such-file.json cannot be read: ", id="no such file"),
        pytest.param(["dyno_crashed", "--set", "data"], {}, "'data' is not PATH=VALUE", id="no value to set"),
        pytest.param(["dyno_crashed"], {"WEBHOOK_SECRET": None}, "WEBHOOK_SECRET is not set", id="no secret"),
        pytest.param(["dyno_crashed", "--url", "http://127.0.0.1:9/"], {}, "is the service running", id="nobody there"),
        pytest.param(["dyno_crashed", "--url", "localhost:5000"], {}, "'localhost:5000' is no address", id="no scheme"),
    ],
)
def test_what_cannot_be_sent_is_explained(arguments: list[str], environment: dict[str, str | None], says: str) -> None:
    ran = run(*arguments, **environment)
    assert ran.exit_code in (1, 2)
    assert says in ran.output
    assert SECRET not in ran.output


def test_all_samples_are_listed() -> None:
    assert run("--list").output.split() == list(samples.names())
