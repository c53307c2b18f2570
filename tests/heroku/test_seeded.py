"""Secrets sown into every place where answers or requests can hold one: none comes up where it can be seen."""

import logging
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from heroku.calls import Answer
from heroku.client import Heroku
from heroku.errors import HerokuError
from heroku.parsing import value
from tests.heroku.doubles import EVERYTHING, TOKEN, Bench, bench, json
from tests.heroku.methods import CASES, Case

SECRETS = st.text(string.ascii_letters + string.digits + "-_.~+/=#äß%", min_size=4).map("s3cr".__add__)
HOLDS_SECRETS = ("logplex_url", "output_stream_url", "attach_url", "url", "token", "code", "secret", "authorization")
SHOWS_ITS_URL = {"webhook"}  # where deliveries go is no secret: it is what a list of subscriptions is for


def sown(answer: Any, secret: str, *, place: str) -> Any:
    """The answer with the secret in each field that may hold one, and in fields that nobody knows."""
    if isinstance(answer, list):
        return [sown(item, secret, place=place) for item in answer]
    if place == "config-vars":
        return {name: f"{secret}-{name}" for name in answer} | {"ADDED": secret}
    shown = {"url"} if place in SHOWS_ITS_URL else set()
    link = f"https://logs.example/stream?key={secret}&token={secret}"
    return {
        **answer,
        **{name: link for name in HOLDS_SECRETS if name not in shown},
        "access_token": {"id": "t-1", "token": secret, "expires_in": 60},
        "refresh_token": {"id": "t-2", "token": secret},
        "grant": {"id": "g-1", "code": secret},
        "source_blob": {"url": link, "version": "b7f3d6a8"},
        "payload": {"data": {"output_stream_url": link, "config": secret}},
        "something_new": {"inside": [secret]},
    }


def place(case: Case) -> str:
    return next((word for word in ("config-vars", "webhook") if word in case.target), "")


def seen(b: Bench, *others: Any) -> str:
    """All that a log, a record, a console or a traceback could show."""
    told = [*others, b.heroku, b.hooks.records, b.hooks.calls]
    return "\n".join(f"{each!r} {each} {each!s}" for each in told)


@given(SECRETS)
def test_what_heroku_answers_shows_no_secret(secret: str) -> None:
    for case in CASES:
        answer = json(sown(case.answer, secret, place=place(case)), Heroku_Webhook_Secret="s3cr-made-up")
        b = bench(answer)
        found = case.make(b.heroku)
        assert secret not in seen(b, found), case.endpoint
        assert "s3cr" not in seen(b, found), case.endpoint


class Keeping(Heroku):
    """A client that keeps the answers of its calls."""

    made: list[Answer]

    def call(self, endpoint: str, /, *, wanted: str | None = None, polling: bool = False, **params: Any) -> Answer:
        self.made.append(super().call(endpoint, wanted=wanted, polling=polling, **params))
        return self.made[-1]


@given(SECRETS)
def test_what_is_called_by_name_shows_no_secret_either(secret: str) -> None:
    """As `call:` in a rule does it, whose outputs are for templates to use."""
    for case in CASES:
        reply = json(sown(case.answer, secret, place=place(case)))
        heroku = Keeping(TOKEN, transport=httpx2.MockTransport(lambda _, reply=reply: reply), grant=EVERYTHING)
        heroku.made = []
        case.make(heroku)
        (answer,) = heroku.made
        shown = f"{answer!r} {answer} {value(answer)!r} {value(answer)}"
        assert secret not in shown, case.endpoint


@dataclass(frozen=True)
class Sending:
    """A call that sends something secret."""

    name: str
    make: Callable[[Heroku, str], Any]


HOOK = "https://hooks.acme.example"
SENDING = (
    Sending("config vars", lambda h, s: h.update_config_vars("acme-web", {"KEY": s, "B": s[::-1], "C": None})),
    Sending("environment", lambda h, s: h.run_dyno("acme-web", command="x", env={"KEY": s, "B": s[::-1]})),
    Sending("add-on", lambda h, s: h.create_addon("acme-web", plan="x", config={"key": s, "b": s[::-1]})),
    Sending(
        "source", lambda h, s: h.create_build("acme-web", source_url=f"https://code.example/1?key={s}&b={s[::-1]}")
    ),
    Sending(
        "webhook",
        lambda h, s: h.create_webhook("acme-web", include=["dyno"], url=HOOK, secret=s, authorization=s[::-1]),
    ),
    Sending("webhook's change", lambda h, s: h.update_webhook("acme-web", "w-1", secret=s, authorization=s[::-1])),
)


def echoes(body: str) -> list[httpx2.Response | Exception]:
    """Errors that give back what they were sent, wherever an error can hold something."""
    return [
        json({"id": body, "message": body}, 422, Request_Id="q-1"),
        json({"id": "x", "error": f"Invalid: {body}."}, 400),
        json({"message": body}, 503),
        json([body], 404),
        httpx2.Response(500, html=body),
        httpx2.Response(201, text=f"<p>{body}"),
        httpx2.ReadTimeout(body),
        httpx2.ConnectError(body),
    ]


@pytest.mark.parametrize("sending", SENDING, ids=lambda sending: sending.name)
@given(secret=SECRETS)
def test_what_heroku_gives_back_of_a_request_does_not_show(sending: Sending, secret: str) -> None:
    for reply in echoes(f"{secret} and {secret[::-1]} and https://code.example/1?key={secret}&b={secret[::-1]}"):
        b = bench(reply)
        with pytest.raises(HerokuError) as caught:
            sending.make(b.heroku, secret)
        error = caught.value
        shown = seen(b, error, vars(error), error.args, b.hooks.calls[0].endpoint)
        assert secret not in shown
        assert secret[::-1] not in shown


@pytest.mark.parametrize("sending", SENDING, ids=lambda sending: sending.name)
def test_what_is_sent_does_reach_heroku(sending: Sending) -> None:
    b = bench(json({"id": "x-1"}, 200))
    sending.make(b.heroku, "s3cret-text")
    assert b"s3cret-text" in b.api.requests[0].content


def test_secrets_can_be_reached_where_they_are_the_purpose() -> None:
    heroku = bench(
        json({"id": "g-1", "logplex_url": "https://logs.example/?k=1"}),
        json({"id": "b-1", "output_stream_url": "https://build.example/?k=2"}),
        json({"id": "d-1", "attach_url": "rendezvous://x.example/3"}),
        json({"id": "z-1", "access_token": {"token": "HRKU-4"}}),
    ).heroku
    found = (
        heroku.create_log_session("acme-web").logplex_url,
        heroku.build("acme-web", "b-1").output_stream_url,
        heroku.run_dyno("acme-web", command="x", attach=True).attach_url,
        heroku.create_authorization(scope=["read"]).access_token.token,
    )
    assert [each.get_secret_value() for each in found if isinstance(each, SecretStr)] == [
        "https://logs.example/?k=1",
        "https://build.example/?k=2",
        "rendezvous://x.example/3",
        "HRKU-4",
    ]


@given(SECRETS)
def test_no_log_line_of_the_libraries_below_shows_a_secret(secret: str) -> None:
    """Even with everything logged."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        b = bench(
            json({"KEY": secret}), json({"id": "x", "message": secret}, 422), token=f"HRKU-{secret.encode().hex()}"
        )
        b.heroku.config_vars("acme-web")
        with pytest.raises(HerokuError):
            b.heroku.update_config_vars("acme-web", {"KEY": secret})
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
    assert not [line for line in lines if secret in line or "HRKU-" in line]
