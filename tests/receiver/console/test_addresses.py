"""Ids in addresses, over a real socket: whatever stands in one, its page is found; where there is none, it says so."""

from collections.abc import Iterator
from html import unescape
from urllib.parse import quote

import httpx2
import pytest
import redis

from core.links import CONSOLE
from tests.receiver.console.browsing import Visitor
from tests.receiver.console.conftest import application
from tests.receiver.console.keeping import Records
from tests.receiver.console.walking import links
from tests.receiver.serving import PATIENCE, Client, serving
from toolbelt.servers import Server

IDS = [
    "a/b",
    "a/../b",
    "a//b",
    "a%2Fb",
    "a%252Fb",
    "a%b",
    "%00",
    "a b",
    "a+b",
    "a&b",
    "a;b",
    "a\\b",
    "ü/李雷/😀",
    "a.",
    "a:b",
]


@pytest.fixture(scope="module")
def port(running: Server) -> Iterator[int]:
    with serving(application(running.url, PUBLIC_URL="http://127.0.0.1:1")) as port:
        yield port


@pytest.fixture
def ada(port: int, server: redis.Redis) -> Iterator[Visitor]:
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE, trust_env=False) as client:
        yield Visitor(client).signed_in("ada")


@pytest.mark.parametrize("id", IDS)
def test_the_list_leads_to_the_very_event_and_run(ada: Visitor, records: Records, id: str) -> None:
    records.event(id)
    records.run(f"{id}:roll-back")

    for beginning, sought in (("events", id), ("runs", f"{id}:roll-back")):
        page = ada.page(f"{CONSOLE}/{beginning}")
        [link] = {link for link in links(page, "") if link.startswith(f"{CONSOLE}/{beginning}/")}
        assert f"show {sought}" in unescape(ada.page(link))


@pytest.mark.parametrize("id", [*IDS, "x" * 5_000, "<script>", "'\"", "{{ 7 }}", "*", "é" * 300, "\u202e", "\x1b[31m"])
@pytest.mark.parametrize("beginning", ["events", "runs", "rules"])
def test_of_what_is_not_there_it_is_said_that_it_is_not(ada: Visitor, beginning: str, id: str) -> None:
    answer = ada.get(f"{CONSOLE}/{beginning}/{quote(id, safe='')}")
    assert answer.status_code == 404
    assert "What has ended is let go after a while." in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    "id", ["%ff%fe", "%", "%zz", "%ED%A0%80", "%C3", "%00", "..%2f..%2f..%2fetc%2fpasswd", "%0d%0aX-Y:%20z"]
)
def test_what_is_no_text_is_not_there_either(ada: Visitor, id: str) -> None:
    answer = ada.get(f"{CONSOLE}/runs/{id}")
    assert answer.status_code == 404
    assert "x-y" not in answer.headers


@pytest.mark.parametrize(
    "line",
    [
        b"GET /console/runs?\xff HTTP/1.1",
        b"GET /console/\xff\xfe HTTP/1.1",
        b"GET http://evil.example/console/runs HTTP/1.1",
        b"GET //evil.example/console/runs HTTP/1.1",
        b"GET /console/runs?next=//evil.example HTTP/1.1",
        b"POST /console/sign-out HTTP/1.1",
    ],
)
def test_no_request_line_opens_or_leads_anywhere_else(port: int, line: bytes) -> None:
    with Client(port) as client:
        client.send(line + b"\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n")
        answer = client.answer()
    assert answer.status in (303, 400, 404)
    assert answer.headers.get("location", CONSOLE).startswith(CONSOLE)
    assert b"Traceback" not in answer.body


@pytest.mark.parametrize(
    "query",
    [
        "skip=-1",
        "skip=99999999999999999999",
        "skip=x",
        "skip=%EF%BC%91",
        "state=%ff",
        "app=" + "x" * 5_000,
        "app=a&app=b",
        "&&==&",
        "rule[]=1",
    ],
)
@pytest.mark.parametrize("path", ["/runs", "/events", "/calls", "/people", "/dead", "/silences"])
def test_a_list_is_drawn_whatever_it_is_asked_for(ada: Visitor, path: str, query: str) -> None:
    assert ada.get(f"{CONSOLE}{path}?{query}").status_code == 200
