"""Tokens that end: replaced in time, once when refused, by one while others wait, and shown to nobody."""

import json as jsons
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Barrier
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from heroku.calls import CallRecord
from heroku.client import Heroku
from heroku.credentials import Credentials, PlainToken
from heroku.errors import CallFailed, Refused, Unauthorized, Unavailable, Unknown
from heroku.oauth import IdHost, authorize_url
from heroku.refreshing import EARLY_SECONDS, YOUNG_SECONDS, RefreshedToken
from heroku.sealing import Seal
from heroku.vaults import LocalVault, Vault
from tests.heroku.doubles import EVERYTHING, RELEASE, Clock, Handler, json, serving

REFRESH, SECRET = "HRKU-refresh-me", "client-s3cret"
EIGHT_HOURS = 28_799


@dataclass
class Id:
    """id.heroku.com: gives a new token each time and keeps what it was asked."""

    asked: list[httpx2.Request] = field(default_factory=list)
    reply: httpx2.Response | Exception | None = None
    expires_in: float = EIGHT_HOURS

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply or json(
            {
                "access_token": f"HRKU-access-{len(self.asked)}",
                "expires_in": self.expires_in,
                "refresh_token": REFRESH,
                "token_type": "Bearer",
                "user_id": "u-1",
            }
        )

    @property
    def forms(self) -> list[dict[str, list[str]]]:
        return [parse_qs(request.content.decode()) for request in self.asked]


@dataclass
class Api:
    """api.heroku.com: knows which tokens are good."""

    good: set[str] = field(default_factory=set)
    seen: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        token = request.headers["authorization"].removeprefix("Bearer ")
        self.seen.append((request.method, token))
        if token not in self.good:
            return json({"id": "unauthorized", "message": f"Invalid credentials: {token}"}, 401)
        return json(RELEASE, 201 if request.method == "POST" else 200)


@dataclass
class Scene:
    """A service that knows a refresh token, and what it talks to."""

    id: Id = field(default_factory=Id)
    api: Api = field(default_factory=Api)
    vault: Vault = field(default_factory=LocalVault)
    clock: Clock = field(default_factory=Clock)
    records: list[CallRecord] = field(default_factory=list)

    def process(self, refresh_token: str = REFRESH) -> RefreshedToken:
        host = IdHost(SECRET, transport=httpx2.MockTransport(self.id))
        return RefreshedToken(refresh_token, host, vault=self.vault, now=self.clock)

    def client(self, credentials: Credentials | None = None) -> Heroku:
        transport = httpx2.MockTransport(self.api)
        return Heroku(credentials or self.process(), transport=transport, grant=EVERYTHING, after=self.records.append)


def test_a_token_is_got_when_it_is_first_needed_and_then_used() -> None:
    scene = Scene(api=Api({"HRKU-access-1"}))
    client = scene.client()
    assert scene.id.asked == []
    client.release("acme-web", 42)
    client.release("acme-web", 42)
    assert scene.id.forms == [{"grant_type": ["refresh_token"], "refresh_token": [REFRESH], "client_secret": [SECRET]}]
    assert str(scene.id.asked[0].url) == "https://id.heroku.com/oauth/token"
    assert "authorization" not in scene.id.asked[0].headers
    assert scene.api.seen == [("GET", "HRKU-access-1")] * 2


def test_a_token_is_replaced_before_it_ends() -> None:
    scene = Scene()
    credentials = scene.process()
    assert credentials.token() == "HRKU-access-1"
    scene.clock.now += EIGHT_HOURS - EARLY_SECONDS - 1
    assert credentials.token() == "HRKU-access-1"
    scene.clock.now += 1
    assert credentials.token() == "HRKU-access-2"


def test_a_token_that_lives_for_minutes_is_not_got_for_every_call() -> None:
    scene = Scene(id=Id(expires_in=300))
    credentials = scene.process()
    assert {credentials.token(), credentials.token()} == {"HRKU-access-1"}
    scene.clock.now += 150
    assert credentials.token() == "HRKU-access-2"


def test_a_refused_token_is_replaced_and_the_call_is_made_once_more() -> None:
    scene = Scene(api=Api({"HRKU-access-1"}))
    client = scene.client()
    client.release("acme-web", 42)
    scene.clock.now += 3600
    scene.api.good = {"HRKU-access-2"}
    assert client.rollback("acme-web", release="r-41").id == "r-42"
    assert scene.api.seen[1:] == [("POST", "HRKU-access-1"), ("POST", "HRKU-access-2")]
    assert [(record.endpoint, record.outcome) for record in scene.records] == [
        ("get_release", "done"),
        ("rollback", "done"),
    ]


def test_a_call_is_made_once_more_and_not_again() -> None:
    scene = Scene()
    client = scene.client()
    with pytest.raises(Unauthorized):
        client.release("acme-web", 42)
    assert (len(scene.api.seen), len(scene.id.asked)) == (1, 1)
    scene.clock.now += YOUNG_SECONDS
    with pytest.raises(Unauthorized):
        client.release("acme-web", 42)
    assert [token for _, token in scene.api.seen[1:]] == ["HRKU-access-1", "HRKU-access-2"]
    assert len(scene.id.asked) == 2


def test_a_token_refused_as_soon_as_it_was_got_is_not_to_blame() -> None:
    """A suspended account would otherwise cost an exchange for each call."""
    scene = Scene()
    client = scene.client()
    for _ in range(5):
        with pytest.raises(Unauthorized):
            client.release("acme-web", 42)
    assert len(scene.id.asked) == 1


def test_a_plain_token_that_is_refused_stays_refused() -> None:
    scene = Scene()
    with pytest.raises(Unauthorized):
        scene.client(PlainToken("HRKU-old")).release("acme-web", 42)
    assert scene.api.seen == [("GET", "HRKU-old")]


@pytest.mark.parametrize("refused", [None, "HRKU-access-1"], ids=["at the start", "after a refusal"])
def test_of_many_processes_and_threads_one_gets_a_token_and_the_others_find_it(refused: str | None) -> None:
    scene = Scene()
    if refused:
        scene.process().token()
        scene.clock.now += 3600
    processes = [scene.process() for _ in range(4)]
    barrier = Barrier(16)

    def ask(number: int) -> str | None:
        credentials = processes[number % len(processes)]
        barrier.wait(10.0)
        return credentials.instead_of(refused) if refused else credentials.token()

    with ThreadPoolExecutor(16) as threads:
        got = set(threads.map(ask, range(16)))
    assert got == {"HRKU-access-2" if refused else "HRKU-access-1"}
    assert len(scene.id.asked) == (2 if refused else 1)


def test_what_lies_in_the_vault_is_of_no_use_without_the_refresh_token() -> None:
    scene = Scene()
    scene.process().token()
    sealed = scene.vault.get()
    assert sealed is not None
    assert b"HRKU" not in sealed
    assert Seal("HRKU-another").open(sealed) is None
    assert jsons.loads(Seal(REFRESH).open(sealed) or "")["token"] == "HRKU-access-1"


def test_another_refresh_token_does_not_find_the_old_one_s_access_token() -> None:
    scene = Scene()
    scene.process().token()
    assert scene.process("HRKU-another").token() == "HRKU-access-2"


@pytest.mark.parametrize(
    "sealed", [b"", b"x", b"\xff" * 100, Seal("HRKU-x").close("{}")], ids=["empty", "x", "bytes", "another's"]
)
def test_what_is_no_seal_of_ours_counts_as_not_there(sealed: bytes) -> None:
    scene = Scene()
    scene.vault.set(sealed, seconds=60.0)
    assert scene.process().token() == "HRKU-access-1"


class BusyVault(LocalVault):
    """Another process holds the lock and does not let go."""

    @contextmanager
    def lock(self, *, wait_seconds: float, hold_seconds: float) -> Iterator[bool]:
        yield False


def test_who_waits_in_vain_may_try_again_later() -> None:
    scene = Scene(vault=BusyVault())
    with pytest.raises(Unavailable, match="somebody else is getting a token"):
        scene.client().rollback("acme-web", release="r-41")
    assert (scene.id.asked, scene.api.seen) == ([], [])


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        pytest.param(json({"id": "invalid_grant", "message": f"bad {REFRESH}"}, 400), Unauthorized, id="revoked"),
        pytest.param(json({"id": "unauthorized", "message": f"bad {SECRET}"}, 401), Unauthorized, id="wrong secret"),
        pytest.param(json({"error": "x"}, 503), Unavailable, id="closed"),
        pytest.param(json({"id": "rate_limit"}, 429), Unavailable, id="too often"),
        pytest.param(httpx2.Response(502, html="<html>"), Unavailable, id="router"),
        pytest.param(httpx2.ReadTimeout(REFRESH), Unavailable, id="silent"),
        pytest.param(httpx2.ConnectError(SECRET), Unavailable, id="away"),
        pytest.param(json({"expires_in": 1}), Unavailable, id="no token"),
        pytest.param(json({"access_token": "HRKU-x\n", "expires_in": 1}), Unavailable, id="unsendable token"),
        pytest.param(json({"access_token": "HRKU-x"}), Unavailable, id="no end"),
        pytest.param(httpx2.Response(302, headers={"location": "https://elsewhere.example"}), Unauthorized, id="moved"),
    ],
)
def test_a_call_without_a_token_is_not_sent_and_says_who_should_act(
    reply: httpx2.Response | Exception, error: type[Exception]
) -> None:
    """Nothing of the rollback was sent, so that it may be made again whatever became of the exchange."""
    scene = Scene(id=Id(reply=reply))
    with pytest.raises(error, match="POST /oauth/token") as caught:
        scene.client().rollback("acme-web", release="r-41")
    assert scene.api.seen == []
    assert len(scene.id.asked) == 1
    shown = f"{caught.value}{caught.value!r}{vars(caught.value)}{scene.records}"
    assert not [secret for secret in (REFRESH, SECRET) if secret in shown]


def test_a_code_is_exchanged_for_tokens_that_do_not_show() -> None:
    scene = Scene()
    tokens = IdHost(SECRET, transport=httpx2.MockTransport(scene.id)).exchange("the-c0de")
    assert scene.id.forms == [{"grant_type": ["authorization_code"], "code": ["the-c0de"], "client_secret": [SECRET]}]
    assert (tokens.user_id, tokens.expires_in) == ("u-1", EIGHT_HOURS)
    assert tokens.refresh_token is not None
    assert tokens.refresh_token.get_secret_value() == REFRESH
    assert tokens.access_token.get_secret_value() == "HRKU-access-1"
    assert "HRKU" not in repr(tokens) + str(tokens)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        pytest.param(None, ("done", 200), id="a token"),
        pytest.param(json({"error": "invalid_grant"}, 400), ("refused", 400), id="refused"),
        pytest.param(json({}, 503), ("unavailable", 503), id="away"),
        pytest.param(json({"access_token": 7}, 200), ("unavailable", 200), id="no token in it"),
        pytest.param(httpx2.ConnectError("no"), ("unavailable", None), id="not reached"),
    ],
)
def test_each_exchange_leaves_one_record_without_anything_secret(
    reply: httpx2.Response | Exception | None, expected: tuple[str, int | None]
) -> None:
    records: list[CallRecord] = []
    id = Id(reply=reply) if reply else Id()
    host = IdHost(SECRET, transport=httpx2.MockTransport(id), who="dynohook", after=records.append)
    with suppress(CallFailed):
        host.refresh(REFRESH)
    [record] = records
    assert (record.who, record.endpoint, record.app, record.allowed) == ("dynohook", "refresh_token", None, True)
    assert (record.outcome, record.status) == expected
    assert not [secret for secret in (REFRESH, SECRET, "HRKU") if secret in repr(record)]


def test_a_code_whose_exchange_was_lost_may_be_used_up() -> None:
    host = IdHost(SECRET, transport=httpx2.MockTransport(Id(reply=httpx2.ReadTimeout("the-c0de"))))
    with pytest.raises(Unknown) as caught:
        host.exchange("the-c0de")
    assert "the-c0de" not in f"{caught.value}"


def test_the_address_that_asks_a_person_holds_no_secret() -> None:
    url = urlsplit(authorize_url("client-1", scope=["read", "identity"], state="s/1"))
    assert (url.scheme, url.netloc, url.path) == ("https", "id.heroku.com", "/oauth/authorize")
    assert parse_qs(url.query) == {
        "client_id": ["client-1"],
        "response_type": ["code"],
        "scope": ["read identity"],
        "state": ["s/1"],
    }


def test_nothing_that_holds_a_secret_shows_it() -> None:
    scene = Scene()
    credentials = scene.process()
    credentials.token()
    shown = "".join(map(repr, (credentials, credentials._held, PlainToken("HRKU-x"), Seal("HRKU-y"))))
    assert "HRKU" not in shown
    assert SECRET not in repr(IdHost(SECRET))


@pytest.mark.parametrize("url", ["http://id.heroku.com", "https://user:pass@id.heroku.com"])
def test_the_client_s_secret_is_not_sent_where_it_could_be_overheard(url: str) -> None:
    with pytest.raises(ValueError, match="address must be"):
        IdHost(SECRET, base_url=url)


def test_no_redirect_takes_a_token_elsewhere() -> None:
    """Over real sockets: the API and the host for identities both point to a third, which hears nothing."""
    with serving(lambda handler: handler.reply(200, b"{}")) as elsewhere:
        moved = {"location": f"{elsewhere.url}/stolen"}
        with serving(lambda handler: handler.reply(307, b"", **moved)) as api:
            with Heroku("HRKU-x", base_url=api.url, grant=EVERYTHING) as heroku, pytest.raises(Refused):
                heroku.rollback("acme-web", release="r-41")
            host = IdHost(SECRET, base_url=api.url)
            with pytest.raises(Refused):
                host.refresh(REFRESH)
            host.close()
        assert [(method, path) for method, path, _, _ in api.seen] == [
            ("POST", "/apps/acme-web/releases"),
            ("POST", "/oauth/token"),
        ]
    assert elsewhere.seen == []


def hang(handler: Handler) -> None:
    handler.server.over.wait(60)


def test_an_exchange_ends_with_the_time_of_the_call_that_needs_it() -> None:
    with serving(hang) as id_host:
        host = IdHost(SECRET, base_url=id_host.url)
        client = Heroku(RefreshedToken(REFRESH, host), base_url=id_host.url, grant=EVERYTHING, timeout=0.3)
        with client, pytest.raises(Unavailable, match="POST /oauth/token"):
            client.rollback("acme-web", release="r-41")
        host.close()
        assert [path for _, path, _, _ in id_host.seen] == ["/oauth/token"]
