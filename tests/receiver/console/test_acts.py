"""What forms ask for: each is done in a person's name or it is said why not, whatever stands in their fields."""

from typing import Any

import pytest
import redis

from core import layout
from core.links import CONSOLE
from tests.receiver.console.browsing import SIGN_IN, Visitor
from tests.receiver.console.filling import fill
from tests.receiver.console.keeping import Records
from tests.receiver.console.walking import behind_the_password

RUNS = f"{CONSOLE}/runs"
ACTS = [path for path in behind_the_password("POST") if path != f"{CONSOLE}/sign-out"]
DOINGS = ["", "approve", "deny", "stop", "close", "add", "end", "pause", "resume", "x" * 4_000, "<b>"]
ODD: dict[str, dict[str, str]] = {
    "nothing": {},
    "empty": {"why": "", "id": "", "app": "", "rule": "", "for": "", "silence": ""},
    "blank": dict.fromkeys(("why", "id", "app", "rule", "for", "silence"), "  \t "),
    "long": dict.fromkeys(("why", "id", "app", "rule", "for", "silence"), "x" * 4_000),
    "markup": dict.fromkeys(("why", "id", "app", "rule", "for", "silence"), "<script>alert(1)</script>"),
    "patterns": dict.fromkeys(("why", "id", "app", "rule", "for", "silence"), "*[!a-\\]{}?" + "*" * 300),
    "numbers": {"why": "x", "id": "0", "app": "1", "rule": "2", "for": "99999999999999999999d", "silence": "9"},
    "below nothing": {"why": "x", "app": "a", "for": "-1h"},
    "odd numbers": {"why": "x", "app": "a", "for": "NaN"},
    "endless": {"why": "x", "app": "a", "for": "1e309s"},
    "zeros": dict.fromkeys(("why", "id", "app", "rule", "for", "silence"), "a\0b"),
    "half letters": dict.fromkeys(("why", "id", "app", "rule", "for", "silence"), "\udcff"),
}


def kept(server: redis.Redis) -> dict[str, Any]:
    """Who did what, and what holds rules back."""
    names = (layout.SILENCES, layout.PAUSED, layout.HISTORY)
    return {name: server.dump(name) for name in names} | {"runs": server.zcard(layout.RUNS)}


@pytest.mark.parametrize("fields", ODD.values(), ids=ODD)
def test_whatever_is_sent_is_answered_with_a_page_that_tells(
    ada: Visitor, records: Records, fields: dict[str, str]
) -> None:
    fill(records, "text")
    token = ada.token(RUNS)
    sent = {name: value.encode("utf-8", "surrogateescape").decode("latin-1") for name, value in fields.items()}
    for path in ACTS:
        for do in DOINGS:
            answer = ada.post(path, token=token, do=do, **sent)
            assert answer.status_code == 303, (path, do, answer.text)
            told = ada.get(answer.headers["location"])
            assert told.status_code in (200, 404), (path, do, told.text)
            assert "<script>alert" not in told.text


@pytest.mark.parametrize("path", ACTS)
@pytest.mark.parametrize("why", ["", "   ", "\t\n", "\0\x1b"])
def test_nothing_is_done_without_a_reason(
    ada: Visitor, records: Records, server: redis.Redis, path: str, why: str
) -> None:
    fill(records, "text")
    before = kept(server)
    for do in DOINGS:
        ada.send(path.replace("/x", "/text"), on=RUNS, do=do, why=why, id="e1 text", app="a", rule="b", **{"for": "1h"})
    assert kept(server) == before
    assert "Say why: it is kept beside what you did." in ada.page(RUNS)


def test_who_did_it_is_who_is_signed_in_whatever_the_form_says(ada: Visitor, records: Records) -> None:
    run = f"{RUNS}/{records.asking()}"
    ada.send(run, do="deny", why="I looked", by="eve", name="eve")
    [deed] = records.hands.history(most=1)
    assert (deed.by, deed.did) == ("ada", "deny")


def test_a_look_changes_nothing(ada: Visitor, records: Records, server: redis.Redis) -> None:
    """A page that somebody is led to, or a browser that looks ahead, must not do anything."""
    run = f"{RUNS}/{records.asking()}"
    before = kept(server)
    token = ada.token(run)
    for path in behind_the_password("GET"):
        ada.get(f"{path}?do=approve&why=x&token={token}&app=a&for=1h&id=e1")
    ada.get(f"{run}?do=approve&why=x&token={token}")
    ada.get(f"{SIGN_IN}?name=eve&password=x")
    assert kept(server) == before
    assert records.hands.run("e1:roll-back").approval is None
