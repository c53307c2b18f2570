"""Our own client uses all that the fake Heroku offers, one group after the other."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpx2
import pytest
from pydantic import SecretStr

from heroku.access import GROUPS, Grant, Level
from heroku.client import Heroku
from heroku.errors import Forbidden, NotFound, Refused, Unauthorized
from heroku.oauth import IdHost
from tests.simulator.driving import Live
from toolbelt.simulator.remote import wait_for

APP = "acme-shop"
EVERYTHING = Grant("a test", dict.fromkeys(GROUPS, Level.FULL), frozenset({"*"}))


@contextmanager
def calling(live: Live, token: str) -> Iterator[Heroku]:
    with Heroku(token, base_url=live.remote.base_url) as client:
        yield client.granted(EVERYTHING)


@pytest.fixture
def heroku(live: Live) -> Iterator[Heroku]:
    with calling(live, "HRKU-a-token") as client:
        yield client


def owner(live: Live, token: SecretStr) -> str | None:
    """Whose token it is."""
    with calling(live, token.get_secret_value()) as client:
        return client.account().email


def test_apps_and_pipelines(heroku: Heroku) -> None:
    made = heroku.create_app(name="acme-new")
    assert [app.name for app in heroku.apps()] == ["acme-new", APP]
    assert heroku.update_app("acme-new", maintenance=True).maintenance is True
    assert heroku.delete_app("acme-new").id == made.id
    line = heroku.create_pipeline(name="acme-line")
    assert [heroku.pipeline(line.id), *heroku.pipelines()] == [line, line]


def test_dynos_and_formation(heroku: Heroku) -> None:
    assert heroku.update_formation(APP, "web", quantity=2).quantity == 2
    assert {each.type: each.quantity for each in heroku.formation(APP)} == {"web": 2, "worker": 0}
    one_off = heroku.run_dyno(APP, command="sleep 60", time_to_live=60)
    assert heroku.dyno(APP, one_off.id).type == "run"
    heroku.restart_dyno(APP, "web.1")
    heroku.restart_all(APP)
    heroku.stop_dyno(APP, one_off.name)
    assert {dyno.name for dyno in heroku.dynos(APP)} == {"web.1", "web.2"}


def test_config_vars_of_now_and_of_then(heroku: Heroku) -> None:
    heroku.update_config_vars(APP, {"COLOUR": "blue", "DATABASE_URL": None})
    now, then = heroku.config_vars(APP), heroku.release_config_vars(APP, 41)
    assert ("COLOUR" in now.names, "COLOUR" in then.names) == (True, False)
    assert next(heroku.releases(APP)).description == "Set COLOUR, DATABASE_URL config vars"


def test_a_build_is_made_and_released(live: Live, heroku: Heroku) -> None:
    made = heroku.create_build(APP, source_url="https://sources.example.com/it.tgz", version="v9")
    wait_for(lambda: heroku.build(APP, made.id).status == "succeeded", 10)
    assert next(heroku.releases(APP)).description == "Deploy v9"


def test_what_belongs_to_an_app_comes_and_goes(heroku: Heroku) -> None:
    addon = heroku.create_addon(APP, plan="papertrail", attachment="PAPERS")
    wait_for(lambda: heroku.addon(APP, addon.name).state == "provisioned", 10)
    assert heroku.delete_addon(APP, addon.id).state == "deprovisioned"
    domain = heroku.create_domain(APP, hostname="shop.acme.example")
    assert heroku.delete_domain(APP, domain.hostname).id == domain.id
    guest = heroku.create_collaborator(APP, user="guest@acme.example")
    assert heroku.delete_collaborator(APP, "guest@acme.example").id == guest.id
    assert (len(list(heroku.addons(APP))), len(list(heroku.domains(APP)))) == (1, 1)
    assert len(list(heroku.collaborators(APP))) == 2


def test_the_log_is_read_through_its_link_without_a_token(live: Live, heroku: Heroku) -> None:
    live.remote.crash(APP)
    link = heroku.create_log_session(APP, lines=50).logplex_url
    shown = httpx2.get(link.get_secret_value(), trust_env=False)
    assert "State changed from up to crashed" in shown.text


def test_webhooks_and_what_they_missed(live: Live, heroku: Heroku) -> None:
    hook = heroku.create_webhook(APP, include=["dyno"], url="http://127.0.0.1:9/")
    assert hook.secret is not None
    live.remote.crash(APP)
    (delivery, *_) = wait_for(lambda: list(heroku.webhook_deliveries(APP, status="retrying")), 10)
    assert heroku.webhook_delivery(APP, delivery.id).event == delivery.event
    assert delivery.event is not None
    event = heroku.webhook_event(APP, delivery.event.id)
    assert event in list(heroku.webhook_events(APP))
    assert (event.include, event.payload["resource"]) == ("dyno", "dyno")
    assert heroku.update_webhook(APP, hook.id, level="notify").level == "notify"
    assert heroku.delete_webhook(APP, hook.id).id == hook.id
    assert list(heroku.webhooks(APP)) == []


def test_a_token_reaches_as_far_as_its_scope(live: Live, heroku: Heroku) -> None:
    with calling(live, live.remote.issue_token(["read", "identity"]).token) as reader:
        assert reader.scopes() == {"read", "identity"}
        with pytest.raises(Forbidden):
            reader.update_app(APP, maintenance=True)
    with (
        calling(live, live.remote.issue_token(account="guest@acme.example").token) as stranger,
        pytest.raises(Forbidden),
    ):
        stranger.app(APP)
    with pytest.raises(NotFound):
        heroku.app("acme-none")


def test_tokens_by_oauth_are_exchanged_refreshed_and_revoked(live: Live, heroku: Heroku) -> None:
    client = live.remote.add_client("https://dashboard.acme.example/callback")
    asked = {"client_id": client.id, "response_type": "code", "scope": "global", "state": "s1"}
    back = live.api.get("/oauth/authorize", params=asked).headers["Location"]
    with closing(IdHost(client.secret, base_url=live.remote.base_url)) as identity:
        given = identity.exchange(httpx2.URL(back).params["code"])
        assert given.expires_in == 28_799
        assert given.refresh_token is not None
        assert owner(live, given.access_token)
        live.remote.expire_tokens()
        with pytest.raises(Unauthorized):
            owner(live, given.access_token)
        refresh_token = given.refresh_token.get_secret_value()
        assert owner(live, identity.refresh(refresh_token).access_token)
        (authorization,) = heroku.authorizations()
        heroku.delete_authorization(authorization.id)
        with pytest.raises(Refused, match="invalid_grant"):
            identity.refresh(refresh_token)
