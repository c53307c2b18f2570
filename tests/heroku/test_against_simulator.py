"""Every endpoint of the table against the fake Heroku: request line, headers and body, and what the answer means."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from pydantic import BaseModel, SecretStr
from starlette.testclient import TestClient

from heroku.client import Heroku
from heroku.endpoints import BY_NAME, TABLE
from heroku.errors import Forbidden, Unauthorized
from heroku.events import read
from heroku.models import ConfigVars
from heroku.oauth import IdHost
from heroku.refreshing import RefreshedToken
from heroku.samples import encode
from heroku.scopes import ENOUGH, missing
from tests.heroku.doubles import EVERYTHING, TOKEN
from toolbelt.simulator import issuing
from toolbelt.simulator.app import create_app
from toolbelt.simulator.simulator import Simulator
from toolbelt.simulator.timings import Timings

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
APP, HOOK = "acme-shop", "https://hooks.acme.example/heroku"


class Recording(httpx2.BaseTransport):
    """Keeps the requests that go through it."""

    def __init__(self, below: httpx2.BaseTransport) -> None:
        self._below = below
        self.requests: list[httpx2.Request] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        return self._below.handle_request(request)


@dataclass
class Scene:
    """A fake Heroku that stands still, with one app, and our client of it."""

    heroku: Heroku
    simulator: Simulator
    transport: Recording
    ids: dict[str, str] = field(default_factory=dict)

    def pass_time(self, **span: float) -> None:
        self.simulator.advance_to(self.simulator.now + timedelta(**span))


@pytest.fixture
def scene() -> Scene:
    simulator = Simulator(NOW, timings=Timings(), seed=7)
    simulator.add_app(APP)
    fake = TestClient(create_app(simulator, clock=lambda: simulator.now), base_url="http://localhost")
    transport = Recording(fake._transport)
    return Scene(
        Heroku(TOKEN, base_url="http://localhost", transport=transport, grant=EVERYTHING), simulator, transport
    )


@dataclass(frozen=True)
class Step:
    """A call, what must be there before, and what must hold of its answer."""

    endpoint: str
    make: Callable[[Scene], Any]
    holds: Callable[[Scene, Any], Any]
    target: str
    body: Any = None
    before: Callable[[Scene], Any] = lambda _: None


def an_addon(s: Scene) -> None:
    s.ids["addon"] = s.heroku.create_addon(APP, plan="heroku-redis:mini").id
    s.pass_time(minutes=10)


def a_domain(s: Scene) -> None:
    s.heroku.create_domain(APP, hostname="www.acme.example")


def a_collaborator(s: Scene) -> None:
    s.heroku.create_collaborator(APP, user="ops@acme.example")


def a_pipeline(s: Scene) -> None:
    s.ids["pipeline"] = s.heroku.create_pipeline(name="acme").id


def a_webhook(s: Scene) -> None:
    s.ids["webhook"] = s.heroku.create_webhook(APP, include=["api:release", "api:app"], url=HOOK).id


def an_event(s: Scene) -> None:
    a_webhook(s)
    s.heroku.update_app(APP, maintenance=True)
    s.ids["event"] = next(s.heroku.webhook_events(APP)).id
    s.ids["delivery"] = next(s.heroku.webhook_deliveries(APP)).id


def an_authorization(s: Scene) -> None:
    s.ids["authorization"] = s.heroku.create_authorization(scope=["read"], description="a test").id


def a_build(s: Scene) -> None:
    s.ids["build"] = next(s.heroku.builds(APP)).id


def an_old_release(s: Scene) -> None:
    old = s.heroku.release(APP, 40)
    assert old.slug is not None
    s.ids |= {"release": old.id, "slug": old.slug.id}


STEPS = (
    Step("list_apps", lambda s: list(s.heroku.apps()), lambda s, apps: [a.name for a in apps] == [APP], "/apps"),
    Step("get_app", lambda s: s.heroku.app(APP), lambda s, app: app.name == APP and app.owner.email, f"/apps/{APP}"),
    Step(
        "create_app",
        lambda s: s.heroku.create_app(name="acme-new", region="eu"),
        lambda s, app: app == s.heroku.app("acme-new"),
        "/apps",
        {"name": "acme-new", "region": "eu"},
    ),
    Step(
        "update_app",
        lambda s: s.heroku.update_app(APP, maintenance=True),
        lambda s, app: app.maintenance and s.heroku.app(APP).maintenance,
        f"/apps/{APP}",
        {"maintenance": True},
    ),
    Step("delete_app", lambda s: s.heroku.delete_app(APP), lambda s, app: not list(s.heroku.apps()), f"/apps/{APP}"),
    Step(
        "list_dynos",
        lambda s: list(s.heroku.dynos(APP)),
        lambda s, dynos: [(d.name, d.state) for d in dynos] == [("web.1", "up")],
        f"/apps/{APP}/dynos",
    ),
    Step(
        "get_dyno",
        lambda s: s.heroku.dyno(APP, "web.1"),
        lambda s, dyno: dyno.type == "web",
        f"/apps/{APP}/dynos/web.1",
    ),
    Step(
        "run_dyno",
        lambda s: s.heroku.run_dyno(APP, command="rake db:check", attach=True, time_to_live=60),
        lambda s, dyno: dyno.command == "rake db:check" and isinstance(dyno.attach_url, SecretStr),
        f"/apps/{APP}/dynos",
        {"command": "rake db:check", "attach": True, "time_to_live": 60},
    ),
    Step(
        "restart_dyno",
        lambda s: s.heroku.restart_dyno(APP, "web.1"),
        lambda s, _: s.heroku.dyno(APP, "web.1").state == "starting",
        f"/apps/{APP}/dynos/web.1",
    ),
    Step(
        "restart_all",
        lambda s: s.heroku.restart_all(APP),
        lambda s, _: [d.state for d in s.heroku.dynos(APP)] == ["starting"],
        f"/apps/{APP}/dynos",
    ),
    Step(
        "stop_dyno",
        lambda s: s.heroku.stop_dyno(APP, "web.1"),
        lambda s, _: [d.state for d in s.heroku.dynos(APP)] != ["up"],
        f"/apps/{APP}/dynos/web.1/actions/stop",
    ),
    Step(
        "list_formation",
        lambda s: list(s.heroku.formation(APP)),
        lambda s, types: [(t.type, t.quantity) for t in types if t.type == "web"] == [("web", 1)],
        f"/apps/{APP}/formation",
    ),
    Step(
        "update_formation",
        lambda s: s.heroku.update_formation(APP, "web", quantity=2, dyno_size="standard-1X"),
        lambda s, web: (web.quantity, web.size.lower()) == (2, "standard-1x"),
        f"/apps/{APP}/formation/web",
        {"quantity": 2, "dyno_size": {"name": "standard-1X"}},
    ),
    Step(
        "batch_update_formation",
        lambda s: s.heroku.batch_update_formation(APP, updates=[{"type": "web", "quantity": 3}]),
        lambda s, types: next(t.quantity for t in types if t.type == "web") == 3,
        f"/apps/{APP}/formation",
        {"updates": [{"type": "web", "quantity": 3}]},
    ),
    Step(
        "get_config_vars",
        lambda s: s.heroku.config_vars(APP),
        lambda s, found: isinstance(found, ConfigVars) and found == s.heroku.config_vars(APP),
        f"/apps/{APP}/config-vars",
    ),
    Step(
        "update_config_vars",
        lambda s: s.heroku.update_config_vars(APP, {"DEPTH": "2", "GONE": None}),
        lambda s, found: found["DEPTH"].get_secret_value() == "2" and "GONE" not in found,
        f"/apps/{APP}/config-vars",
        {"DEPTH": "2", "GONE": None},
        before=lambda s: s.heroku.update_config_vars(APP, {"GONE": "1"}),
    ),
    Step(
        "get_release_config_vars",
        lambda s: s.heroku.release_config_vars(APP, 42),
        lambda s, found: found.differing(s.heroku.config_vars(APP)) == ("DEPTH",),
        f"/apps/{APP}/releases/42/config-vars",
        before=lambda s: (
            s.heroku.update_config_vars(APP, {"A": "1"}),
            s.heroku.update_config_vars(APP, {"DEPTH": "2"}),
        ),
    ),
    Step(
        "list_releases",
        lambda s: list(s.heroku.releases(APP)),
        lambda s, found: [r.version for r in found] == list(range(41, 0, -1)) and found[0].current,
        f"/apps/{APP}/releases",
    ),
    Step("get_release", lambda s: s.heroku.release(APP, 40), lambda s, r: r.version == 40, f"/apps/{APP}/releases/40"),
    Step(
        "rollback",
        lambda s: s.heroku.rollback(APP, release=s.ids["release"]),
        lambda s, r: (r.version, r.description) == (42, "Rollback to v40"),
        f"/apps/{APP}/releases",
        {"release": "{release}"},
        before=an_old_release,
    ),
    Step(
        "release_slug",
        lambda s: s.heroku.release_slug(APP, slug=s.ids["slug"], description="Code of v40"),
        lambda s, r: (r.version, r.description, r.slug.id) == (42, "Code of v40", s.ids["slug"]),
        f"/apps/{APP}/releases",
        {"slug": "{slug}", "description": "Code of v40"},
        before=an_old_release,
    ),
    Step(
        "list_builds",
        lambda s: list(s.heroku.builds(APP)),
        lambda s, builds: builds and all(b.status == "succeeded" for b in builds),
        f"/apps/{APP}/builds",
    ),
    Step(
        "get_build",
        lambda s: s.heroku.build(APP, s.ids["build"]),
        lambda s, b: b.id == s.ids["build"] and isinstance(b.output_stream_url, SecretStr),
        f"/apps/{APP}/builds/{{build}}",
        before=a_build,
    ),
    Step(
        "create_build",
        lambda s: s.heroku.create_build(APP, source_url="https://code.acme.example/1.tgz", version="b7f3d6a8"),
        lambda s, b: (b.status, b.source_blob.version) == ("pending", "b7f3d6a8"),
        f"/apps/{APP}/builds",
        {"source_blob": {"url": "https://code.acme.example/1.tgz", "version": "b7f3d6a8"}},
    ),
    Step(
        "list_addons",
        lambda s: list(s.heroku.addons(APP)),
        lambda s, found: s.ids["addon"] in [a.id for a in found],
        f"/apps/{APP}/addons",
        before=an_addon,
    ),
    Step(
        "get_addon",
        lambda s: s.heroku.addon(APP, s.ids["addon"]),
        lambda s, a: a.plan.name == "heroku-redis:mini",
        f"/apps/{APP}/addons/{{addon}}",
        before=an_addon,
    ),
    Step(
        "create_addon",
        lambda s: s.heroku.create_addon(APP, plan="heroku-redis:mini", attachment="CACHE"),
        lambda s, a: a.state in ("provisioning", "provisioned") and a.app.name == APP,
        f"/apps/{APP}/addons",
        {"plan": "heroku-redis:mini", "attachment": {"name": "CACHE"}},
    ),
    Step(
        "delete_addon",
        lambda s: s.heroku.delete_addon(APP, s.ids["addon"]),
        lambda s, a: a.id == s.ids["addon"] not in [each.id for each in s.heroku.addons(APP)],
        f"/apps/{APP}/addons/{{addon}}",
        before=an_addon,
    ),
    Step(
        "list_domains",
        lambda s: list(s.heroku.domains(APP)),
        lambda s, found: {d.kind for d in found} == {"heroku", "custom"},
        f"/apps/{APP}/domains",
        before=a_domain,
    ),
    Step(
        "create_domain",
        lambda s: s.heroku.create_domain(APP, hostname="www.acme.example"),
        lambda s, d: d.hostname == "www.acme.example" and d.cname,
        f"/apps/{APP}/domains",
        {"hostname": "www.acme.example", "sni_endpoint": None},
    ),
    Step(
        "delete_domain",
        lambda s: s.heroku.delete_domain(APP, "www.acme.example"),
        lambda s, d: d.hostname not in [each.hostname for each in s.heroku.domains(APP)],
        f"/apps/{APP}/domains/www.acme.example",
        before=a_domain,
    ),
    Step(
        "list_collaborators",
        lambda s: list(s.heroku.collaborators(APP)),
        lambda s, found: "ops@acme.example" in [c.user.email for c in found],
        f"/apps/{APP}/collaborators",
        before=a_collaborator,
    ),
    Step(
        "create_collaborator",
        lambda s: s.heroku.create_collaborator(APP, user="ops@acme.example", silent=True),
        lambda s, c: c.user.email == "ops@acme.example",
        f"/apps/{APP}/collaborators",
        {"user": "ops@acme.example", "silent": True},
    ),
    Step(
        "delete_collaborator",
        lambda s: s.heroku.delete_collaborator(APP, "ops@acme.example"),
        lambda s, c: c.user.email not in [each.user.email for each in s.heroku.collaborators(APP) if each.user],
        f"/apps/{APP}/collaborators/ops%40acme.example",
        before=a_collaborator,
    ),
    Step(
        "list_pipelines",
        lambda s: list(s.heroku.pipelines()),
        lambda s, found: [p.name for p in found] == ["acme"],
        "/pipelines",
        before=a_pipeline,
    ),
    Step(
        "get_pipeline",
        lambda s: s.heroku.pipeline(s.ids["pipeline"]),
        lambda s, p: p.name == "acme",
        "/pipelines/{pipeline}",
        before=a_pipeline,
    ),
    Step(
        "create_pipeline",
        lambda s: s.heroku.create_pipeline(name="acme"),
        lambda s, p: p.name == "acme",
        "/pipelines",
        {"name": "acme"},
    ),
    Step(
        "create_log_session",
        lambda s: s.heroku.create_log_session(APP, lines=10),
        lambda s, session: session.logplex_url.get_secret_value().startswith("http"),
        f"/apps/{APP}/log-sessions",
        {"lines": 10},
    ),
    Step("get_account", lambda s: s.heroku.account(), lambda s, account: "@" in account.email, "/account"),
    Step(
        "get_rate_limits",
        lambda s: s.heroku.rate_limits(),
        lambda s, limits: limits.remaining > 0,
        "/account/rate-limits",
    ),
    Step(
        "list_webhooks",
        lambda s: list(s.heroku.webhooks(APP)),
        lambda s, found: [(w.id, w.level, w.url) for w in found] == [(s.ids["webhook"], "sync", HOOK)],
        f"/apps/{APP}/webhooks",
        before=a_webhook,
    ),
    Step(
        "get_webhook",
        lambda s: s.heroku.webhook(APP, s.ids["webhook"]),
        lambda s, w: set(w.include) == {"api:release", "api:app"},
        f"/apps/{APP}/webhooks/{{webhook}}",
        before=a_webhook,
    ),
    Step(
        "create_webhook",
        lambda s: s.heroku.create_webhook(APP, include=["dyno"], url=HOOK),
        lambda s, w: w.secret.get_secret_value() and w.include == ("dyno",),
        f"/apps/{APP}/webhooks",
        {"include": ["dyno"], "url": HOOK, "level": "sync"},
    ),
    Step(
        "update_webhook",
        lambda s: s.heroku.update_webhook(APP, s.ids["webhook"], include=["dyno"]),
        lambda s, w: w.include == ("dyno",),
        f"/apps/{APP}/webhooks/{{webhook}}",
        {"include": ["dyno"]},
        before=a_webhook,
    ),
    Step(
        "delete_webhook",
        lambda s: s.heroku.delete_webhook(APP, s.ids["webhook"]),
        lambda s, w: not list(s.heroku.webhooks(APP)),
        f"/apps/{APP}/webhooks/{{webhook}}",
        before=a_webhook,
    ),
    Step(
        "list_webhook_deliveries",
        lambda s: list(s.heroku.webhook_deliveries(APP, status="pending")),
        lambda s, found: {d.status for d in found} == {"pending"} and found[0].event.include == "api:app",
        f"/apps/{APP}/webhook-deliveries?eq%5Bstatus%5D=pending",
        before=an_event,
    ),
    Step(
        "get_webhook_delivery",
        lambda s: s.heroku.webhook_delivery(APP, s.ids["delivery"]),
        lambda s, d: d.webhook.id == s.ids["webhook"],
        f"/apps/{APP}/webhook-deliveries/{{delivery}}",
        before=an_event,
    ),
    Step(
        "list_webhook_events",
        lambda s: list(s.heroku.webhook_events(APP)),
        lambda s, found: s.ids["event"] in [e.id for e in found],
        f"/apps/{APP}/webhook-events",
        before=an_event,
    ),
    Step(
        "get_webhook_event",
        lambda s: s.heroku.webhook_event(APP, s.ids["event"]),
        lambda s, e: read(encode(e.delivery())).id == s.ids["event"],
        f"/apps/{APP}/webhook-events/{{event}}",
        before=an_event,
    ),
    Step(
        "list_authorizations",
        lambda s: list(s.heroku.authorizations()),
        lambda s, found: s.ids["authorization"] in [a.id for a in found],
        "/oauth/authorizations",
        before=an_authorization,
    ),
    Step(
        "get_authorization",
        lambda s: s.heroku.authorization(s.ids["authorization"]),
        lambda s, a: (a.description, a.scope) == ("a test", ("read",)),
        "/oauth/authorizations/{authorization}",
        before=an_authorization,
    ),
    Step(
        "create_authorization",
        lambda s: s.heroku.create_authorization(scope=["read"], expires_in=60),
        lambda s, a: a.access_token.token.get_secret_value().startswith("HRKU-"),
        "/oauth/authorizations",
        {"scope": ["read"], "expires_in": 60},
    ),
    Step(
        "delete_authorization",
        lambda s: s.heroku.delete_authorization(s.ids["authorization"]),
        lambda s, a: a.id not in [each.id for each in s.heroku.authorizations()],
        "/oauth/authorizations/{authorization}",
        before=an_authorization,
    ),
)


def test_every_endpoint_of_the_table_is_called() -> None:
    assert sorted(step.endpoint for step in STEPS) == sorted(endpoint.name for endpoint in TABLE)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.endpoint)
def test_a_call_and_its_answer(scene: Scene, step: Step) -> None:
    endpoint = BY_NAME[step.endpoint]
    step.before(scene)
    scene.transport.requests.clear()
    found = step.make(scene)
    (request,) = scene.transport.requests
    assert (request.method, request.url.raw_path.decode()) == (endpoint.method, filled(step.target, scene))
    assert request.headers["accept"] == f"application/vnd.heroku+json; version={endpoint.version}"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert ("range" in request.headers) == bool(endpoint.many and endpoint.ranges)
    assert json.loads(request.content or "null") == json.loads(filled(json.dumps(step.body), scene))
    if isinstance(found, BaseModel):
        assert type(found) is endpoint.gives
    assert step.holds(scene, found)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.endpoint)
def test_the_fake_gives_the_documented_success(scene: Scene, step: Step) -> None:
    step.before(scene)
    statuses: list[int | None] = []
    scene.heroku = scene.heroku.granted(EVERYTHING, after=lambda record: statuses.append(record.status))
    step.make(scene)
    assert statuses == [BY_NAME[step.endpoint].success]


@pytest.mark.parametrize("scope", ENOUGH)
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.endpoint)
def test_what_a_token_lacks_is_known_before_it_is_refused(scene: Scene, step: Step, scope: str) -> None:
    """All endpoints by all scopes: what `missing` names is refused, and nothing else is."""
    step.before(scene)
    world = scene.simulator.world
    token = issuing.authorize(world, world.account, [scope]).access[-1].text
    scene.heroku = Heroku(token, base_url="http://localhost", transport=scene.transport, grant=EVERYTHING)
    assert scene.heroku.scopes() == {scope}
    if missing({scope}, [BY_NAME[step.endpoint]]):
        with pytest.raises(Forbidden, match=f"The token has {scope}; this takes "):
            step.make(scene)
    else:
        step.make(scene)


@pytest.fixture
def refreshed(scene: Scene) -> Scene:
    """The scene with a client that somebody let in, by a code."""
    world = scene.simulator.world
    client = issuing.register(world, "dynohook", "https://dynohook.acme.example/back")
    host = IdHost(client.secret, base_url="http://localhost", transport=scene.transport)
    tokens = host.exchange(issuing.allow(world, client, world.account, ["global"]))
    assert tokens.refresh_token is not None

    def now() -> float:
        return scene.simulator.now.timestamp()

    credentials = RefreshedToken(tokens.refresh_token.get_secret_value(), host, now=now)
    scene.heroku = Heroku(credentials, base_url="http://localhost", transport=scene.transport, grant=EVERYTHING)
    scene.transport.requests.clear()
    return scene


def test_a_token_by_oauth_is_got_used_and_replaced(refreshed: Scene) -> None:
    refreshed.heroku.account()
    refreshed.pass_time(hours=7)
    refreshed.heroku.account()
    refreshed.pass_time(hours=1)
    refreshed.heroku.account()
    assert asked(refreshed) == ["POST /oauth/token", *["GET /account"] * 2, "POST /oauth/token", "GET /account"]


def test_a_token_that_ended_early_is_replaced_within_the_call(refreshed: Scene) -> None:
    refreshed.heroku.account()
    refreshed.pass_time(hours=1)
    issuing.expire_all(refreshed.simulator.world)
    assert refreshed.heroku.update_app(APP, maintenance=True).maintenance
    change = f"PATCH /apps/{APP}"
    assert asked(refreshed) == ["POST /oauth/token", "GET /account", change, "POST /oauth/token", change]


def test_a_revoked_refresh_token_is_for_a_person_to_replace(refreshed: Scene) -> None:
    refreshed.simulator.world.tokens.authorizations.clear()
    with pytest.raises(Unauthorized, match="POST /oauth/token: 400 invalid_grant: no new token"):
        refreshed.heroku.account()


def test_a_list_that_has_not_changed_comes_from_memory(scene: Scene) -> None:
    first = list(scene.heroku.releases(APP, polling=True))
    assert scene.heroku.call("list_releases", app=APP, polling=True).unchanged is False  # another range
    again = list(scene.heroku.releases(APP, polling=True))
    assert first == again
    assert scene.transport.requests[-1].headers["if-none-match"]
    scene.heroku.update_config_vars(APP, {"DEPTH": "2"})
    assert next(scene.heroku.releases(APP, polling=True)).version == 42


def test_2500_releases_take_three_calls(scene: Scene) -> None:
    scene.simulator.add_app("acme-many", 2_500)
    scene.transport.requests.clear()
    found = [release.version for release in scene.heroku.releases("acme-many", page_items=1_000)]
    assert found == list(range(2_500, 0, -1))
    assert len(scene.transport.requests) == 3


def asked(scene: Scene) -> list[str]:
    return [f"{request.method} {request.url.path}" for request in scene.transport.requests]


def filled(text: str, scene: Scene) -> str:
    for name, id in scene.ids.items():
        text = text.replace(f"{{{name}}}", id)
    return text
