"""Heroku's endpoints as a table, from which the methods, the access check and the reference page follow.

https://devcenter.heroku.com/articles/platform-api-reference

What counts as `full` destroys or escalates: a one-off dyno can read every config var, a build runs what it is given, a
collaborator may do what we may, a webhook sends all that happens wherever it points, and what lists authorizations
answers their tokens too. What makes something new by POST is not safe to repeat; nor is a restart, which would happen
twice, or a change of config vars, which makes a release each time.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypedDict, Unpack

from pydantic import BaseModel

from heroku import models, requests
from heroku.access import Level
from heroku.endpoint import Endpoint

READ, WRITE, FULL = Level.READ, Level.WRITE, Level.FULL
WEBHOOKS = "3.webhooks"


class _More(TypedDict, total=False):
    """What an entry says besides the usual of its method."""

    takes: type[requests.Request]
    many: bool
    level: Level
    scope: str
    repeatable: bool
    success: int
    include: str
    ranges: tuple[str, ...]
    version: str


def _get(name: str, group: str, path: str, gives: type[BaseModel], **more: Unpack[_More]) -> Endpoint:
    usual = Endpoint(name, group, "GET", path, READ, "read", repeatable=True, gives=gives)
    return replace(usual, **more)


def _list(name: str, group: str, path: str, gives: type[BaseModel], **more: Unpack[_More]) -> Endpoint:
    return replace(_get(name, group, path, gives, **more), many=True)


def _post(name: str, group: str, path: str, gives: type[BaseModel], **more: Unpack[_More]) -> Endpoint:
    usual = Endpoint(name, group, "POST", path, WRITE, "write", repeatable=False, gives=gives, success=201)
    return replace(usual, **more)


def _patch(name: str, group: str, path: str, gives: type[BaseModel], **more: Unpack[_More]) -> Endpoint:
    usual = Endpoint(name, group, "PATCH", path, WRITE, "write", repeatable=True, gives=gives)
    return replace(usual, **more)


def _delete(name: str, group: str, path: str, gives: type[BaseModel], **more: Unpack[_More]) -> Endpoint:
    usual = Endpoint(name, group, "DELETE", path, FULL, "write", repeatable=True, gives=gives)
    return replace(usual, **more)


PUBLIC: tuple[Endpoint, ...] = (
    _list("list_apps", "apps", "/apps", models.App, ranges=("name", "id", "updated_at")),
    _get("get_app", "apps", "/apps/{app}", models.App),
    _post("create_app", "apps", "/apps", models.App, takes=requests.CreateApp, include="api:app"),
    _patch("update_app", "apps", "/apps/{app}", models.App, takes=requests.UpdateApp, include="api:app"),
    _delete("delete_app", "apps", "/apps/{app}", models.App, include="api:app"),
    #
    _list("list_dynos", "dynos", "/apps/{app}/dynos", models.Dyno),
    _get("get_dyno", "dynos", "/apps/{app}/dynos/{dyno}", models.Dyno),
    _post(
        "run_dyno",
        "dynos",
        "/apps/{app}/dynos",
        models.Dyno,
        takes=requests.RunDyno,
        level=FULL,
        include="api:dyno",
    ),
    _delete(
        "restart_dyno",
        "dynos",
        "/apps/{app}/dynos/{dyno}",
        models.Nothing,
        level=WRITE,
        repeatable=False,
        success=202,
    ),
    _delete("restart_all", "dynos", "/apps/{app}/dynos", models.Nothing, level=WRITE, repeatable=False, success=202),
    #
    _list("list_formation", "formation", "/apps/{app}/formation", models.Formation),
    _patch(
        "update_formation",
        "formation",
        "/apps/{app}/formation/{formation}",
        models.Formation,
        takes=requests.UpdateFormation,
        include="api:formation",
    ),
    _patch(
        "batch_update_formation",
        "formation",
        "/apps/{app}/formation",
        models.Formation,
        takes=requests.BatchUpdateFormation,
        many=True,
        include="api:formation",
    ),
    #
    _get("get_config_vars", "config-vars", "/apps/{app}/config-vars", models.ConfigVars, scope="read-protected"),
    _patch(
        "update_config_vars",
        "config-vars",
        "/apps/{app}/config-vars",
        models.ConfigVars,
        takes=requests.UpdateConfigVars,
        scope="write-protected",
        repeatable=False,
    ),
    #
    _list("list_releases", "releases", "/apps/{app}/releases", models.Release, ranges=("version", "id")),
    _get("get_release", "releases", "/apps/{app}/releases/{release}", models.Release),
    # The two ways to POST a release are two endpoints here: one restores config vars, the other keeps them.
    _post(
        "rollback",
        "releases",
        "/apps/{app}/releases",
        models.Release,
        takes=requests.Rollback,
        include="api:release",
    ),
    _post(
        "release_slug",
        "releases",
        "/apps/{app}/releases",
        models.Release,
        takes=requests.ReleaseSlug,
        include="api:release",
    ),
    #
    _list("list_builds", "builds", "/apps/{app}/builds", models.Build, ranges=("started_at", "id")),
    _get("get_build", "builds", "/apps/{app}/builds/{build}", models.Build),
    _post(
        "create_build",
        "builds",
        "/apps/{app}/builds",
        models.Build,
        takes=requests.CreateBuild,
        level=FULL,
        include="api:build",
    ),
    #
    _list("list_addons", "add-ons", "/apps/{app}/addons", models.AddOn),
    _get("get_addon", "add-ons", "/apps/{app}/addons/{addon}", models.AddOn),
    _post(
        "create_addon", "add-ons", "/apps/{app}/addons", models.AddOn, takes=requests.CreateAddOn, include="api:addon"
    ),
    _delete("delete_addon", "add-ons", "/apps/{app}/addons/{addon}", models.AddOn, include="api:addon"),
    #
    _list("list_domains", "domains", "/apps/{app}/domains", models.Domain),
    _post(
        "create_domain",
        "domains",
        "/apps/{app}/domains",
        models.Domain,
        takes=requests.CreateDomain,
        include="api:domain",
    ),
    _delete("delete_domain", "domains", "/apps/{app}/domains/{domain}", models.Domain, include="api:domain"),
    #
    _list("list_collaborators", "collaborators", "/apps/{app}/collaborators", models.Collaborator),
    _post(
        "create_collaborator",
        "collaborators",
        "/apps/{app}/collaborators",
        models.Collaborator,
        takes=requests.CreateCollaborator,
        level=FULL,
        include="api:collaborator",
    ),
    _delete(
        "delete_collaborator",
        "collaborators",
        "/apps/{app}/collaborators/{collaborator}",
        models.Collaborator,
        include="api:collaborator",
    ),
    #
    _list("list_pipelines", "pipelines", "/pipelines", models.Pipeline),
    _get("get_pipeline", "pipelines", "/pipelines/{pipeline}", models.Pipeline),
    _post("create_pipeline", "pipelines", "/pipelines", models.Pipeline, takes=requests.CreatePipeline),
    # It makes a link to what is there already: it reads, and a second one does no harm.
    _post(
        "create_log_session",
        "logs",
        "/apps/{app}/log-sessions",
        models.LogSession,
        takes=requests.CreateLogSession,
        level=READ,
        repeatable=True,
    ),
    #
    _get("get_account", "account", "/account", models.Account, scope="identity"),
    _get("get_rate_limits", "account", "/account/rate-limits", models.RateLimits, scope="identity"),
)
"""The 37 endpoints in twelve groups, of which one, creating a release, is two here."""

BESIDES: tuple[Endpoint, ...] = (
    _post("stop_dyno", "dynos", "/apps/{app}/dynos/{dyno}/actions/stop", models.Nothing, success=202),
    _get(
        "get_release_config_vars",
        "config-vars",
        "/apps/{app}/releases/{release}/config-vars",
        models.ConfigVars,
        scope="read-protected",
    ),
    #
    _list("list_webhooks", "apps", "/apps/{app}/webhooks", models.Webhook, version=WEBHOOKS),
    _get("get_webhook", "apps", "/apps/{app}/webhooks/{webhook}", models.Webhook, version=WEBHOOKS),
    _post(
        "create_webhook",
        "apps",
        "/apps/{app}/webhooks",
        models.NewWebhook,
        takes=requests.CreateWebhook,
        level=FULL,
        version=WEBHOOKS,
    ),
    _patch(
        "update_webhook",
        "apps",
        "/apps/{app}/webhooks/{webhook}",
        models.Webhook,
        takes=requests.UpdateWebhook,
        level=FULL,
        version=WEBHOOKS,
    ),
    _delete("delete_webhook", "apps", "/apps/{app}/webhooks/{webhook}", models.Webhook, version=WEBHOOKS),
    _list(
        "list_webhook_deliveries",
        "apps",
        "/apps/{app}/webhook-deliveries",
        models.WebhookDelivery,
        takes=requests.WebhookDeliveriesFilter,
        version=WEBHOOKS,
    ),
    _get(
        "get_webhook_delivery",
        "apps",
        "/apps/{app}/webhook-deliveries/{delivery}",
        models.WebhookDelivery,
        version=WEBHOOKS,
    ),
    _list("list_webhook_events", "apps", "/apps/{app}/webhook-events", models.WebhookEvent, version=WEBHOOKS),
    _get("get_webhook_event", "apps", "/apps/{app}/webhook-events/{event}", models.WebhookEvent, version=WEBHOOKS),
    #
    _list("list_authorizations", "account", "/oauth/authorizations", models.Authorization, level=FULL, scope="global"),
    _get(
        "get_authorization",
        "account",
        "/oauth/authorizations/{authorization}",
        models.Authorization,
        level=FULL,
        scope="global",
    ),
    _post(
        "create_authorization",
        "account",
        "/oauth/authorizations",
        models.NewAuthorization,
        takes=requests.CreateAuthorization,
        level=FULL,
        scope="global",
    ),
    _delete(
        "delete_authorization",
        "account",
        "/oauth/authorizations/{authorization}",
        models.Authorization,
        scope="global",
    ),
)
"""What a service needs that listens to apps and acts for an account."""

TABLE: tuple[Endpoint, ...] = PUBLIC + BESIDES

BY_NAME: Mapping[str, Endpoint] = {endpoint.name: endpoint for endpoint in TABLE}
