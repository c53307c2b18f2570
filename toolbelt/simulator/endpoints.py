"""What each endpoint of the Platform API answers: plain functions over the simulator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from toolbelt.simulator import shapes
from toolbelt.simulator.errors import bad_request, invalid, not_found
from toolbelt.simulator.paging import Key, page
from toolbelt.simulator.simulator import Simulator


@dataclass(frozen=True, slots=True)
class Asked:
    """A request whose head was found good: the names in its path, its body, its Range."""

    path: Mapping[str, str]
    body: Any
    range: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Endpoint = Callable[[Simulator, Asked], Answer]

BY_ID: dict[str, Key] = {"id": lambda row: str(row.id)}
APPS: dict[str, Key] = {**BY_ID, "name": lambda app: str(app.name), "updated_at": lambda app: _time(app.updated_at)}
RELEASES: dict[str, Key] = {"version": lambda release: int(release.version), **BY_ID}
BUILDS: dict[str, Key] = {"started_at": lambda build: _time(build.created_at), **BY_ID}


def apps(simulator: Simulator, asked: Asked) -> Answer:
    return _listed(list(simulator.world.apps.values()), asked, APPS, shapes.app_json)


def app(simulator: Simulator, asked: Asked) -> Answer:
    return Answer(shapes.app_json(simulator.app(asked.path["app"])))


def releases(simulator: Simulator, asked: Asked) -> Answer:
    owner = simulator.app(asked.path["app"])
    show = lambda release: shapes.release_json(owner, release, simulator.now)  # noqa: E731
    return _listed(owner.releases, asked, RELEASES, show)


def release(simulator: Simulator, asked: Asked) -> Answer:
    """One release, by its id or its version."""
    owner, wanted = simulator.app(asked.path["app"]), asked.path["release"]
    found = next((each for each in owner.releases if wanted in {each.id, str(each.version)}), None)
    if found is None:
        raise not_found("release")
    return Answer(shapes.release_json(owner, found, simulator.now))


def create_release(simulator: Simulator, asked: Asked) -> Answer:
    """A rollback when the body names a release, a release of earlier code when it names a slug."""
    owner, body = simulator.app(asked.path["app"]), _object(asked)
    if ("release" in body) == ("slug" in body):
        raise invalid("Name either a slug or a release.")
    if "release" in body:
        made = simulator.rollback(owner.id, _uuid(body, "release"))
    else:
        made = simulator.release_slug(owner.id, _uuid(body, "slug"), _text(body, "description"))
    return Answer(shapes.release_json(owner, made, simulator.now), 201)


def builds(simulator: Simulator, asked: Asked) -> Answer:
    owner = simulator.app(asked.path["app"])
    return _listed(owner.builds, asked, BUILDS, lambda build: shapes.build_json(owner, build))


def build(simulator: Simulator, asked: Asked) -> Answer:
    owner = simulator.app(asked.path["app"])
    found = next((each for each in owner.builds if each.id == asked.path["build"]), None)
    if found is None:
        raise not_found("build")
    return Answer(shapes.build_json(owner, found))


def dynos(simulator: Simulator, asked: Asked) -> Answer:
    owner = simulator.app(asked.path["app"])
    return Answer([shapes.dyno_json(owner, dyno) for dyno in owner.dynos.values()])


def account(simulator: Simulator, _: Asked) -> Answer:
    return Answer(shapes.account_json(simulator.world.account, simulator.now))


def webhooks(simulator: Simulator, asked: Asked) -> Answer:
    owner = simulator.app(asked.path["app"])
    return _listed(list(simulator.outbox.of_app(owner.id)), asked, BY_ID, shapes.webhook_json)


def create_webhook(simulator: Simulator, asked: Asked) -> Answer:
    """Subscribe; a secret that Heroku had to make up is told in a header, this once."""
    owner, body = simulator.app(asked.path["app"]), _object(asked)
    for name in ("include", "level", "url"):
        if name not in body:
            raise invalid(f"{name.capitalize()} is required.")
    include = body["include"]
    if not isinstance(include, list) or not all(isinstance(each, str) for each in include):
        raise invalid("Include must be a list of entities.")
    made = simulator.subscribe(
        str(body["url"]),
        app=owner.id,
        include=include,
        level=str(body["level"]),
        secret=_text(body, "secret"),
        authorization=_text(body, "authorization"),
    )
    headers = {} if body.get("secret") else {"Heroku-Webhook-Secret": made.secret}
    return Answer(shapes.webhook_json(made), 201, headers)


def delete_webhook(simulator: Simulator, asked: Asked) -> Answer:
    owner, wanted = simulator.app(asked.path["app"]), asked.path["webhook"]
    found = next((each for each in simulator.outbox.of_app(owner.id) if each.id == wanted), None)
    if found is None:
        raise not_found("webhook")
    simulator.outbox.remove(found.id)
    return Answer(shapes.webhook_json(found))


def no_such_endpoint(_: Simulator, __: Asked) -> Answer:
    raise not_found("endpoint")


ENDPOINTS: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/account", account),
    ("GET", "/apps", apps),
    ("GET", "/apps/{app}", app),
    ("GET", "/apps/{app}/builds", builds),
    ("GET", "/apps/{app}/builds/{build}", build),
    ("GET", "/apps/{app}/dynos", dynos),
    ("GET", "/apps/{app}/releases", releases),
    ("POST", "/apps/{app}/releases", create_release),
    ("GET", "/apps/{app}/releases/{release}", release),
    ("GET", "/apps/{app}/webhooks", webhooks),
    ("POST", "/apps/{app}/webhooks", create_webhook),
    ("DELETE", "/apps/{app}/webhooks/{webhook}", delete_webhook),
)


def _time(at: datetime) -> str:
    """A time that sorts as text, finer than what is shown, so that no two things change places."""
    return at.isoformat(timespec="microseconds")


def _listed(rows: list[Any], asked: Asked, fields: dict[str, Key], show: Callable[[Any], Any]) -> Answer:
    shown = page(rows, asked.range, fields)
    return Answer([show(row) for row in shown.rows], shown.status, shown.headers)


def _object(asked: Asked) -> dict[str, Any]:
    if not isinstance(asked.body, dict):
        raise bad_request("The body must be a JSON object.")
    return asked.body


def _uuid(body: dict[str, Any], name: str) -> str:
    """Heroku wants a uuid here: neither `12` nor `v12` names a release to roll back to."""
    try:
        return str(UUID(body[name]))
    except (ValueError, TypeError, AttributeError):
        raise invalid(f"{name.capitalize()} must be a uuid.") from None


def _text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(f"{name.capitalize()} must be a text.")
    return value
