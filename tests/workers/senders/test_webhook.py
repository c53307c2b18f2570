"""A team's own webhook: everything is in it, and who has the secret knows that it is ours."""

import json
from base64 import b64encode
from collections.abc import Iterator

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from heroku.errors import Refused
from rules.rulebook import Target
from tests.workers.hooks import Hook, running
from tests.workers.senders.factories import FACTS, message, note
from workers import signing
from workers.notes import Message
from workers.telling import Teller

SECRET = "whsec_" + b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + b64encode(bytes(range(1, 33))).decode()
PLAIN = Target("webhook", "OPS_URL")
SIGNED = Target("webhook", "OPS_URL", {"secret": "$OPS_SECRET"})


@pytest.fixture
def hook() -> Iterator[Hook]:
    with running() as hook:
        yield hook


def send(url: str, sent: Message, *, target: Target = SIGNED, secret: str = SECRET) -> None:
    teller = Teller({"OPS_URL": url, "OPS_SECRET": secret}, private=True, timeout=2.0)
    try:
        teller.send(target, sent)
    finally:
        teller.close()


@pytest.mark.parametrize("secret", [SECRET, f"{OTHER}, {SECRET}", SECRET.removeprefix("whsec_")])
def test_the_published_library_knows_it_as_ours(hook: Hook, secret: str) -> None:
    send(hook.url, message(), secret=secret)

    assert Webhook(SECRET).verify(hook.sent[0].body, hook.sent[0].headers) == hook.sent[0].message


@pytest.mark.parametrize("what", ["body", "webhook-id", "webhook-timestamp", "secret"])
def test_whatever_is_changed_on_the_way_is_noticed(hook: Hook, what: str) -> None:
    send(hook.url, message())
    headers, body = dict(hook.sent[0].headers), hook.sent[0].body
    if what in headers:
        headers[what] = headers[what][:-1] + ("0" if headers[what][-1] != "0" else "1")
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER if what == "secret" else SECRET).verify(body + b" " * (what == "body"), headers)


@pytest.mark.parametrize("secret", ["", "not base64!", "whsec_c2hvcnQ=", f"{SECRET},", f"{SECRET},x"])
def test_a_secret_that_is_none_is_named_by_its_variable(hook: Hook, secret: str) -> None:
    with pytest.raises(Refused, match="target ops: its variable OPS_SECRET ") as caught:
        send(hook.url, message(), secret=secret)

    assert hook.sent == []
    assert not secret or secret not in str(caught.value)


def test_an_id_that_is_repeated_is_signed_anew_with_the_time() -> None:
    first, later = (signing.headers(b"{}", id="m1", at=at, secrets=SECRET) for at in (1, 2))

    assert first["webhook-id"] == later["webhook-id"]
    assert first["webhook-signature"] != later["webhook-signature"]


def test_one_note_comes_with_its_facts_and_a_key(hook: Hook) -> None:
    send(hook.url, message(), target=PLAIN)

    [sent] = hook.sent
    assert sent.message == {
        **FACTS,
        "title": "acme-shop · tell",
        "text": "acme-shop crashed",
        "incident": "tell:acme-shop",
        "resolve": False,
        "count": 1,
        "look": "bin/dynohook runs show e1:tell",
    }
    assert sent.headers["idempotency-key"] == "e1:tell:step:0"
    assert "webhook-signature" not in sent.headers


def test_of_several_each_comes_by_itself_too(hook: Hook) -> None:
    send(hook.url, message(note("a", key="1"), note("b", key="2"), count=40))

    said = hook.sent[0].message
    assert (said["count"], said["dedup_key"]) == (40, "tell:ops:1:1")
    assert [(each["text"], each["dedup_key"]) for each in said["messages"]] == [("a", "1"), ("b", "2")]


def test_a_password_in_the_address_is_sent_as_one(hook: Hook) -> None:
    send(hook.url.replace("http://", "http://ops:pass%20word@"), message(), target=PLAIN)

    assert hook.sent[0].headers["authorization"] == "Basic " + b64encode(b"ops:pass word").decode()


def test_an_id_from_outside_cannot_break_the_request(hook: Hook) -> None:
    key = "\u00e9\r\nX-Evil: 1:tell:step:0"
    send(hook.url, message(note("\u00e9 \U0001f600", key=key)))

    [sent] = hook.sent
    assert sent.headers["idempotency-key"] == sent.headers["webhook-id"] == "%C3%A9%0D%0AX-Evil:%201:tell:step:0"
    assert "x-evil" not in sent.headers
    assert json.loads(sent.body)["dedup_key"] == key
