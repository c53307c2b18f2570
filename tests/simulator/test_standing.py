"""How an account stands decides what it is answered; each has a pool of calls of its own."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator

DEVELOPER = "developer@acme.example"
ADDONS = "/apps/acme-shop/addons"


def stands(api: TestClient, **standing: Any) -> None:
    assert api.put("/simulator/account", json=standing).status_code == 200


def token_of(api: TestClient, account: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {api.post('/simulator/tokens', json={'account': account}).json()['token']}"}


@pytest.mark.parametrize(
    ("standing", "looking", "changing", "error"),
    [
        pytest.param({"suspended": True}, 403, 403, "suspended", id="suspended"),
        pytest.param({"two_factor_required": True}, 403, 403, "two_factor", id="second factor"),
        pytest.param({"delinquent": True}, 200, 402, "delinquent", id="delinquent"),
    ],
)
def test_an_account_that_does_not_stand_well_is_told_so(
    api: TestClient, shop: App, standing: dict[str, bool], looking: int, changing: int, error: str
) -> None:
    stands(api, **standing)
    assert api.get("/apps/acme-shop").status_code == looking
    refused = api.patch("/apps/acme-shop", json={"maintenance": True})
    assert (refused.status_code, refused.json()["id"], shop.maintenance) == (changing, error, False)
    stands(api)
    assert api.patch("/apps/acme-shop", json={"maintenance": True}).status_code == 200


def test_the_second_factor_lets_in(api: TestClient, shop: App) -> None:
    stands(api, two_factor_required=True)
    assert api.get("/apps", headers={"Heroku-Two-Factor-Code": "123456"}).status_code == 200


def test_what_costs_money_wants_a_verified_account(api: TestClient, shop: App) -> None:
    stands(api, verified=False)
    refused = api.post(ADDONS, json={"plan": "heroku-redis:premium-0"})
    assert (refused.status_code, refused.json()["id"]) == (422, "verification_needed")
    assert refused.json()["url"]
    assert api.get("/account").json()["verified"] is False
    assert api.post(ADDONS, json={"plan": "papertrail:choklad"}).status_code == 201


def test_the_account_shows_how_it_stands(api: TestClient) -> None:
    assert (api.get("/account").json()["suspended_at"], api.get("/account").json()["delinquent_at"]) == (None, None)
    stands(api, delinquent=True)
    assert api.get("/account").json()["delinquent_at"]


def test_one_accounts_trouble_is_not_anothers(api: TestClient, shop: App) -> None:
    stands(api, account=DEVELOPER, suspended=True)
    assert api.get("/apps", headers=token_of(api, DEVELOPER)).status_code == 403
    assert api.get("/apps").status_code == 200


def test_each_account_has_a_pool_that_all_its_tokens_share(api: TestClient, shop: App) -> None:
    api.put("/simulator/rate", json={"remaining": 2, "account": DEVELOPER})
    first, second = token_of(api, DEVELOPER), token_of(api, DEVELOPER)
    statuses = [api.get("/apps", headers=head).status_code for head in (first, second, first)]
    assert statuses == [200, 200, 429]
    assert api.get("/account/rate-limits", headers=second).json() == {"remaining": 0}
    assert api.get("/apps").headers["RateLimit-Remaining"] == "4499"


def test_a_call_refused_for_its_scope_is_paid_for(api: TestClient, simulator: Simulator, shop: App) -> None:
    made = api.post("/simulator/tokens", json={"scope": ["identity"]}).json()
    refused = api.get("/apps", headers={"Authorization": f"Bearer {made['token']}"})
    assert (refused.status_code, refused.headers["RateLimit-Remaining"]) == (403, "4499")
