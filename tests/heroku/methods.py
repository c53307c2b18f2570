"""A call of every method of the client, with what should be sent for it and an answer of the right shape."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from heroku.client import Heroku

APP = {"id": "a-1", "name": "acme-web"}
DYNO = {"id": "d-1", "name": "web.1", "type": "web", "state": "up"}
FORMATION = {"id": "f-1", "type": "web", "quantity": 2}
RELEASE = {"id": "r-42", "version": 42}
BUILD = {"id": "b-1", "status": "pending"}
ADDON = {"id": "o-1", "name": "redis-round-1"}
DOMAIN = {"id": "m-1", "hostname": "www.acme.example"}
COLLABORATOR = {"id": "c-1", "user": {"id": "u-2", "email": "ops@acme.example"}}
PIPELINE = {"id": "p-1", "name": "acme"}
WEBHOOK = {"id": "w-1", "include": ["api:release"], "level": "sync", "url": "https://hooks.acme.example"}
DELIVERY = {"id": "l-1", "status": "failed"}
EVENT = {"id": "e-1", "include": "api:release", "payload": {"action": "update"}}
AUTHORIZATION = {"id": "z-1", "scope": ["read"], "access_token": {"token": "t", "expires_in": None}}


@dataclass(frozen=True)
class Case:
    """One call: `endpoint` is the entry of the table that it should use."""

    endpoint: str
    make: Callable[[Heroku], Any]
    target: str
    answer: Any
    body: Any = None


CASES = (
    Case("list_apps", lambda h: list(h.apps()), "/apps", [APP]),
    Case("get_app", lambda h: h.app("acme-web"), "/apps/acme-web", APP),
    Case(
        "create_app",
        lambda h: h.create_app(name="acme-web", region="eu"),
        "/apps",
        APP,
        {"name": "acme-web", "region": "eu"},
    ),
    Case(
        "update_app",
        lambda h: h.update_app("acme-web", maintenance=False),
        "/apps/acme-web",
        APP,
        {"maintenance": False},
    ),
    Case("delete_app", lambda h: h.delete_app("acme-web"), "/apps/acme-web", APP),
    Case("list_dynos", lambda h: list(h.dynos("acme-web")), "/apps/acme-web/dynos", [DYNO]),
    Case("get_dyno", lambda h: h.dyno("acme-web", "web.1"), "/apps/acme-web/dynos/web.1", DYNO),
    Case(
        "run_dyno",
        lambda h: h.run_dyno("acme-web", command="rake db:check", env={"DEPTH": "2"}, time_to_live=60),
        "/apps/acme-web/dynos",
        DYNO,
        {"command": "rake db:check", "env": {"DEPTH": "2"}, "time_to_live": 60},
    ),
    Case("restart_dyno", lambda h: h.restart_dyno("acme-web", "web.1"), "/apps/acme-web/dynos/web.1", {}),
    Case("restart_all", lambda h: h.restart_all("acme-web"), "/apps/acme-web/dynos", {}),
    Case("stop_dyno", lambda h: h.stop_dyno("acme-web", "run.7"), "/apps/acme-web/dynos/run.7/actions/stop", {}),
    Case("list_formation", lambda h: list(h.formation("acme-web")), "/apps/acme-web/formation", [FORMATION]),
    Case(
        "update_formation",
        lambda h: h.update_formation("acme-web", "web", quantity=2, dyno_size="basic"),
        "/apps/acme-web/formation/web",
        FORMATION,
        {"quantity": 2, "dyno_size": {"name": "basic"}},
    ),
    Case(
        "batch_update_formation",
        lambda h: h.batch_update_formation("acme-web", updates=[{"type": "web", "quantity": 2}]),
        "/apps/acme-web/formation",
        [FORMATION],
        {"updates": [{"type": "web", "quantity": 2}]},
    ),
    Case("get_config_vars", lambda h: h.config_vars("acme-web"), "/apps/acme-web/config-vars", {"DEPTH": "2"}),
    Case(
        "update_config_vars",
        lambda h: h.update_config_vars("acme-web", {"DEPTH": "2", "OLD": None}),
        "/apps/acme-web/config-vars",
        {"DEPTH": "2"},
        {"DEPTH": "2", "OLD": None},
    ),
    Case(
        "get_release_config_vars",
        lambda h: h.release_config_vars("acme-web", 41),
        "/apps/acme-web/releases/41/config-vars",
        {"DEPTH": "1"},
    ),
    Case("list_releases", lambda h: list(h.releases("acme-web")), "/apps/acme-web/releases", [RELEASE]),
    Case("get_release", lambda h: h.release("acme-web", 42), "/apps/acme-web/releases/42", RELEASE),
    Case(
        "rollback",
        lambda h: h.rollback("acme-web", release="r-41"),
        "/apps/acme-web/releases",
        RELEASE,
        {"release": "r-41"},
    ),
    Case(
        "release_slug",
        lambda h: h.release_slug("acme-web", slug="s-41"),
        "/apps/acme-web/releases",
        RELEASE,
        {"slug": "s-41"},
    ),
    Case("list_builds", lambda h: list(h.builds("acme-web")), "/apps/acme-web/builds", [BUILD]),
    Case("get_build", lambda h: h.build("acme-web", "b-1"), "/apps/acme-web/builds/b-1", BUILD),
    Case(
        "create_build",
        lambda h: h.create_build(
            "acme-web",
            source_url="https://code.acme.example/1.tgz",
            version="b7f3d6a8",
            buildpacks=[{"name": "python"}],
        ),
        "/apps/acme-web/builds",
        BUILD,
        {
            "source_blob": {"url": "https://code.acme.example/1.tgz", "version": "b7f3d6a8"},
            "buildpacks": [{"name": "python"}],
        },
    ),
    Case("list_addons", lambda h: list(h.addons("acme-web")), "/apps/acme-web/addons", [ADDON]),
    Case("get_addon", lambda h: h.addon("acme-web", "o-1"), "/apps/acme-web/addons/o-1", ADDON),
    Case(
        "create_addon",
        lambda h: h.create_addon("acme-web", plan="heroku-redis:mini", attachment="CACHE", config={"depth": "2"}),
        "/apps/acme-web/addons",
        ADDON,
        {"plan": "heroku-redis:mini", "attachment": {"name": "CACHE"}, "config": {"depth": "2"}},
    ),
    Case("delete_addon", lambda h: h.delete_addon("acme-web", "o-1"), "/apps/acme-web/addons/o-1", ADDON),
    Case("list_domains", lambda h: list(h.domains("acme-web")), "/apps/acme-web/domains", [DOMAIN]),
    Case(
        "create_domain",
        lambda h: h.create_domain("acme-web", hostname="www.acme.example"),
        "/apps/acme-web/domains",
        DOMAIN,
        {"hostname": "www.acme.example", "sni_endpoint": None},
    ),
    Case(
        "delete_domain",
        lambda h: h.delete_domain("acme-web", "www.acme.example"),
        "/apps/acme-web/domains/www.acme.example",
        DOMAIN,
    ),
    Case(
        "list_collaborators",
        lambda h: list(h.collaborators("acme-web")),
        "/apps/acme-web/collaborators",
        [COLLABORATOR],
    ),
    Case(
        "create_collaborator",
        lambda h: h.create_collaborator("acme-web", user="ops@acme.example", silent=True),
        "/apps/acme-web/collaborators",
        COLLABORATOR,
        {"user": "ops@acme.example", "silent": True},
    ),
    Case(
        "delete_collaborator",
        lambda h: h.delete_collaborator("acme-web", "ops@acme.example"),
        "/apps/acme-web/collaborators/ops%40acme.example",
        COLLABORATOR,
    ),
    Case("list_pipelines", lambda h: list(h.pipelines()), "/pipelines", [PIPELINE]),
    Case("get_pipeline", lambda h: h.pipeline("acme"), "/pipelines/acme", PIPELINE),
    Case(
        "create_pipeline",
        lambda h: h.create_pipeline(name="acme", owner="t-1", owner_type="team"),
        "/pipelines",
        PIPELINE,
        {"name": "acme", "owner": {"id": "t-1", "type": "team"}},
    ),
    Case(
        "create_log_session",
        lambda h: h.create_log_session("acme-web", lines=100, dyno_name="web.1"),
        "/apps/acme-web/log-sessions",
        {"id": "g-1", "logplex_url": "https://logs.acme.example/?key=1"},
        {"lines": 100, "dyno_name": "web.1"},
    ),
    Case("get_account", lambda h: h.account(), "/account", {"id": "u-1", "email": "dev@acme.example"}),
    Case("get_rate_limits", lambda h: h.rate_limits(), "/account/rate-limits", {"remaining": 4500}),
    Case("list_webhooks", lambda h: list(h.webhooks("acme-web")), "/apps/acme-web/webhooks", [WEBHOOK]),
    Case("get_webhook", lambda h: h.webhook("acme-web", "w-1"), "/apps/acme-web/webhooks/w-1", WEBHOOK),
    Case(
        "create_webhook",
        lambda h: h.create_webhook("acme-web", include=("api:release",), url="https://hooks.acme.example"),
        "/apps/acme-web/webhooks",
        WEBHOOK,
        {"include": ["api:release"], "url": "https://hooks.acme.example", "level": "sync"},
    ),
    Case(
        "update_webhook",
        lambda h: h.update_webhook("acme-web", "w-1", include=["dyno"], secret="s3cret"),
        "/apps/acme-web/webhooks/w-1",
        WEBHOOK,
        {"include": ["dyno"], "secret": "s3cret"},
    ),
    Case("delete_webhook", lambda h: h.delete_webhook("acme-web", "w-1"), "/apps/acme-web/webhooks/w-1", WEBHOOK),
    Case(
        "list_webhook_deliveries",
        lambda h: list(h.webhook_deliveries("acme-web", status="failed")),
        "/apps/acme-web/webhook-deliveries?eq%5Bstatus%5D=failed",
        [DELIVERY],
    ),
    Case(
        "get_webhook_delivery",
        lambda h: h.webhook_delivery("acme-web", "l-1"),
        "/apps/acme-web/webhook-deliveries/l-1",
        DELIVERY,
    ),
    Case("list_webhook_events", lambda h: list(h.webhook_events("acme-web")), "/apps/acme-web/webhook-events", [EVENT]),
    Case("get_webhook_event", lambda h: h.webhook_event("acme-web", "e-1"), "/apps/acme-web/webhook-events/e-1", EVENT),
    Case("list_authorizations", lambda h: list(h.authorizations()), "/oauth/authorizations", [AUTHORIZATION]),
    Case("get_authorization", lambda h: h.authorization("z-1"), "/oauth/authorizations/z-1", AUTHORIZATION),
    Case(
        "create_authorization",
        lambda h: h.create_authorization(scope=["read"], description="dynohook"),
        "/oauth/authorizations",
        AUTHORIZATION,
        {"scope": ["read"], "description": "dynohook"},
    ),
    Case("delete_authorization", lambda h: h.delete_authorization("z-1"), "/oauth/authorizations/z-1", AUTHORIZATION),
)
