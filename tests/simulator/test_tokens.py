"""Tokens: what each may do, made and revoked over the API, exchanged and refreshed at id.heroku.com."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.simulator.driving import Passing
from toolbelt.simulator import issuing
from toolbelt.simulator.endpoints import ENDPOINTS
from toolbelt.simulator.records import App
from toolbelt.simulator.scopes import ACCEPTED
from toolbelt.simulator.simulator import Simulator
from toolbelt.simulator.tokens import SCOPES, Client

AUTHORIZATIONS = "/oauth/authorizations"
REDIRECT = "https://dashboard.acme.example/callback?from=heroku"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def issued(simulator: Simulator, *scope: str, expires_in: int | None = None) -> dict[str, str]:
    """The head of a request with a new token of these scopes."""
    made = issuing.authorize(simulator.world, simulator.world.account, scope, expires_in=expires_in)
    return bearer(made.access[-1].text)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_opens_what_accepts_it_and_nothing_else(
    api: TestClient, simulator: Simulator, shop: App, scope: str
) -> None:
    head = issued(simulator, scope)
    for endpoint in ENDPOINTS:
        answer = api.request(endpoint.method, endpoint.path.format_map(Unnamed(app="acme-shop")), headers=head)
        assert answer.headers["Oauth-Scope"] == scope
        assert answer.headers["Oauth-Scope-Accepted"].split() == list(ACCEPTED[endpoint.scope])
        assert (answer.status_code == 403) == (scope not in ACCEPTED[endpoint.scope]), endpoint


class Unnamed(dict[str, str]):
    """Stands `none` for every place that has no name."""

    def __missing__(self, _: str) -> str:
        return "none"


@pytest.mark.parametrize(
    ("scope", "reads", "writes", "reads_config", "writes_config", "knows_itself"),
    [
        ("global", 200, 200, 200, 200, 200),
        ("identity", 403, 403, 403, 403, 200),
        ("read", 200, 403, 403, 403, 403),
        ("write", 200, 200, 403, 403, 403),
        ("read-protected", 200, 403, 200, 403, 403),
        ("write-protected", 200, 200, 200, 200, 403),
    ],
)
def test_each_scope_reaches_just_so_far(
    api: TestClient,
    simulator: Simulator,
    shop: App,
    scope: str,
    reads: int,
    writes: int,
    reads_config: int,
    writes_config: int,
    knows_itself: int,
) -> None:
    head = issued(simulator, scope)
    config = "/apps/acme-shop/config-vars"
    assert api.get("/apps/acme-shop", headers=head).status_code == reads
    assert api.patch("/apps/acme-shop", json={"maintenance": True}, headers=head).status_code == writes
    assert api.get(config, headers=head).status_code == reads_config
    assert api.patch(config, json={"A": "1"}, headers=head).status_code == writes_config
    assert api.get("/account", headers=head).status_code == knows_itself


def test_several_scopes_add_up(api: TestClient, simulator: Simulator, shop: App) -> None:
    head = issued(simulator, "identity", "read")
    assert [api.get(path, headers=head).status_code for path in ("/account", "/apps")] == [200, 200]


def test_an_authorization_is_made_shown_and_revoked(api: TestClient, shop: App) -> None:
    made = api.post(AUTHORIZATIONS, json={"scope": ["read"], "description": "A reader"})
    token = made.json()["access_token"]["token"]
    assert (made.status_code, made.json()["scope"], made.json()["description"]) == (201, ["read"], "A reader")
    assert token.startswith("HRKU-")
    path = f"{AUTHORIZATIONS}/{made.json()['id']}"
    assert api.get(AUTHORIZATIONS).json() == [api.get(path).json()] == [made.json()]
    assert api.get("/apps", headers=bearer(token)).status_code == 200
    assert api.delete(path).status_code == 200
    refused = api.get("/apps", headers=bearer(token))
    assert (refused.status_code, refused.json()["id"]) == (401, "unauthorized")
    assert (api.get(AUTHORIZATIONS).json(), api.get(path).status_code) == ([], 404)


def test_a_token_ends_when_it_was_said_to(api: TestClient, simulator: Simulator, shop: App, passing: Passing) -> None:
    head = issued(simulator, "read", expires_in=60)
    passing(seconds=59)
    assert api.get("/apps", headers=head).status_code == 200
    passing(seconds=1)
    assert api.get("/apps", headers=head).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({}, 422, id="no scope"),
        pytest.param({"scope": []}, 422, id="empty scope"),
        pytest.param({"scope": ["everything"]}, 422, id="unknown scope"),
        pytest.param({"scope": "read"}, 422, id="no list"),
        pytest.param({"scope": ["read"], "expires_in": 0}, 422, id="no time"),
        pytest.param({"scope": ["read"], "client": "none"}, 404, id="unknown client"),
    ],
)
def test_an_authorization_that_makes_no_sense_is_refused(api: TestClient, body: Any, status: int) -> None:
    assert api.post(AUTHORIZATIONS, json=body).status_code == status
    assert api.get(AUTHORIZATIONS).json() == []


def test_tokens_stand_in_no_record_that_is_printed(simulator: Simulator) -> None:
    client = issuing.register(simulator.world, "dashboard", REDIRECT)
    code = issuing.allow(simulator.world, client, simulator.world.account, ["read"])
    made = issuing.exchange(simulator.world, code, client.secret)
    assert made.refresh is not None
    for secret in (client.secret, code, made.access[-1].text, made.refresh.text):
        assert secret not in repr(simulator.world.tokens)


@pytest.fixture
def client(simulator: Simulator) -> Client:
    return issuing.register(simulator.world, "dashboard", REDIRECT)


def allowed(api: TestClient, client: Client, **more: str) -> dict[str, list[str]]:
    """What the browser brings back after the user said yes."""
    query = {"client_id": client.id, "response_type": "code", "scope": "read identity", "state": "s1", **more}
    answer = api.get("/oauth/authorize", params=query, headers={"Authorization": ""}, follow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(REDIRECT)
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def token(api: TestClient, **form: str) -> httpx2.Response:
    return api.post("/oauth/token", data=form, headers={"Authorization": "", "Accept": "*/*"})


def exchanged(api: TestClient, client: Client) -> Any:
    code = allowed(api, client)["code"][0]
    return token(api, grant_type="authorization_code", code=code, client_secret=client.secret).json()


def test_a_code_is_exchanged_for_tokens_once(api: TestClient, simulator: Simulator, client: Client) -> None:
    brought = allowed(api, client)
    assert (brought["state"], brought["from"]) == (["s1"], ["heroku"])
    form = {"grant_type": "authorization_code", "code": brought["code"][0], "client_secret": client.secret}
    given = token(api, **form).json()
    assert (given["expires_in"], given["token_type"]) == (28_799, "Bearer")
    assert given["user_id"] == simulator.world.account.id
    assert given["access_token"].startswith("HRKU-")
    answer = api.get("/account", headers=bearer(given["access_token"]))
    assert (answer.status_code, answer.headers["Oauth-Scope"]) == (200, "read identity")
    again = token(api, **form)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_a_refresh_token_gives_another_access_token_again_and_again(
    api: TestClient, client: Client, passing: Passing
) -> None:
    given = exchanged(api, client)
    seen = {given["access_token"]}
    for _ in range(3):
        passing(seconds=28_799)
        assert api.get("/account", headers=bearer(given["access_token"])).status_code == 401
        form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
        given = token(api, **form, client_secret=client.secret).json()
        assert api.get("/account", headers=bearer(given["access_token"])).status_code == 200
        seen.add(given["access_token"])
    assert len(seen) == 4


def test_tokens_can_be_made_to_end_early(api: TestClient, client: Client) -> None:
    given = exchanged(api, client)
    assert api.post("/simulator/tokens/expire").json() == {"expired": 1}
    assert api.get("/account", headers=bearer(given["access_token"])).status_code == 401


def test_after_it_was_revoked_nothing_is_refreshed(api: TestClient, client: Client) -> None:
    given = exchanged(api, client)
    (authorization,) = api.get(AUTHORIZATIONS).json()
    api.delete(f"{AUTHORIZATIONS}/{authorization['id']}")
    assert api.get("/account", headers=bearer(given["access_token"])).status_code == 401
    refused = token(api, grant_type="refresh_token", refresh_token=given["refresh_token"], client_secret=client.secret)
    assert (refused.status_code, refused.json()["id"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        pytest.param({"grant_type": "authorization_code", "code": "none"}, 400, "invalid_grant", id="unknown code"),
        pytest.param({"grant_type": "refresh_token", "refresh_token": "x"}, 400, "invalid_grant", id="unknown token"),
        pytest.param({"grant_type": "refresh_token"}, 400, "invalid_request", id="no token"),
        pytest.param({"grant_type": "password"}, 400, "unsupported_grant_type", id="another grant"),
        pytest.param({}, 400, "unsupported_grant_type", id="no grant"),
        pytest.param(
            {"grant_type": "refresh_token", "refresh_token": "x", "client_secret": "wrong"},
            401,
            "unauthorized",
            id="wrong secret",
        ),
    ],
)
def test_a_grant_that_is_not_good_is_refused(
    api: TestClient, client: Client, form: dict[str, str], status: int, error: str
) -> None:
    refused = token(api, **{"client_secret": client.secret, **form})
    assert (refused.status_code, refused.json()["error"], refused.json()["id"]) == (status, error, error)


def test_a_code_is_good_for_its_own_client_and_for_five_minutes(
    api: TestClient, simulator: Simulator, client: Client
) -> None:
    other = issuing.register(simulator.world, "other", REDIRECT)
    code = allowed(api, client)["code"][0]
    assert token(api, grant_type="authorization_code", code=code, client_secret=other.secret).status_code == 400
    simulator.advance_to(simulator.now + timedelta(minutes=5))
    assert token(api, grant_type="authorization_code", code=code, client_secret=client.secret).status_code == 400


@pytest.mark.parametrize(
    ("query", "status"),
    [
        pytest.param({"client_id": "none"}, 401, id="unknown client"),
        pytest.param({"response_type": "token"}, 400, id="another flow"),
        pytest.param({"scope": "everything"}, 422, id="unknown scope"),
    ],
)
def test_a_client_that_asks_wrongly_is_not_sent_back(
    api: TestClient, client: Client, query: dict[str, str], status: int
) -> None:
    asked = {"client_id": client.id, "response_type": "code", **query}
    assert api.get("/oauth/authorize", params=asked, follow_redirects=False).status_code == status
