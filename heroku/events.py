"""A delivery's body read into an event: tolerant of all that Heroku varies, strict about who it is.

Heroku's shape: https://devcenter.heroku.com/articles/webhook-events#event-data
Only what identifies an event is required. Any other field that is missing, or is not of the type that Heroku
documents, counts as missing; unknown fields of `data` are kept as they are. Where a key comes twice the last
one counts, as in most JSON readers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from json import dumps
from math import isfinite
from typing import Any

from pydantic_core import from_json

from heroku.errors import BadDelivery
from heroku.times import parse

NAME_CHARACTERS = 200  # of an id, include, resource, action or name; Heroku's are shorter than 40
KEY_BYTES = 16  # of a content key: enough that two contents never meet by chance

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ONLY_ON_ENTITY_DYNO = ("management", "exit_status")


@dataclass(frozen=True, slots=True)
class AppRef:
    """The app an event is about; at least one of the two is known."""

    id: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who caused an event; at least one of the two is known."""

    id: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on Heroku, as one delivery tells it. Shared: nobody may change its dicts.

    `id` is the same in every subscription and every retry. `include` is the entity subscribed to
    (`api:release`, `dyno`), `resource` its kind without the prefix. `action` is `create`, `update` or
    `destroy`, and empty if the delivery names none. `fields` is what a rule's paths lead into: plain JSON,
    with `app` always at its top, whichever entity it is.
    """

    id: str
    include: str
    resource: str
    action: str
    app: AppRef | None
    actor: Actor | None
    data: dict[str, Any]
    created_at: datetime | None
    updated_at: datetime | None
    version: str | None
    fields: Mapping[str, Any]


def read(body: bytes) -> Event:
    """The event that a body tells of.

    Raises `BadDelivery` if the body is no JSON object or does not say which event it is; nothing else,
    whatever the bytes. Whether Heroku sent it is not asked here: check the signature first.
    """
    top = _object(body)
    origin = _mapping(_mapping(top.get("webhook_metadata")).get("event"))
    id = _name(origin.get("id")) or _name(top.get("id"))
    if id is None:
        raise BadDelivery("no usable id")
    data = _mapping(top.get("data"))
    include, resource = _entity(_name(origin.get("include")), _name(top.get("resource")), data)
    app = _app(resource, data)
    actor = _actor(_mapping(top.get("actor")))
    fields: dict[str, Any] = {"id": id, "include": include, "resource": resource, "data": data}
    action = _name(top.get("action")) or ""
    if action:
        fields["action"] = action
    version = _name(top.get("version"))
    if version:
        fields["version"] = version
    if actor:
        fields["actor"] = _known(id=actor.id, email=actor.email)
    if app:
        fields["app"] = _known(id=app.id, name=app.name)
    created_at = _time(top, "created_at", fields)
    updated_at = _time(top, "updated_at", fields)
    return Event(id, include, resource, action, app, actor, data, created_at, updated_at, version, fields)


def content_key(event: Event) -> str:
    """The same for events that tell the same under different ids, as Heroku sometimes sends them.

    Covers include, resource, action and all of `data`, its `updated_at` with it: a state that came back later
    is a different content.
    """
    told = dumps((event.include, event.resource, event.action, event.data), sort_keys=True, separators=(",", ":"))
    return blake2b(told.encode(), digest_size=KEY_BYTES).hexdigest()


def _object(body: bytes) -> dict[str, Any]:
    try:
        # Refuses what is not UTF-8, NaN, lone surrogates, control characters and more than 200 levels.
        top = from_json(body, allow_inf_nan=False, cache_strings="keys")
    except ValueError as error:  # its message gives a kind and a place, never the text itself
        raise BadDelivery(f"not JSON: {error}") from None
    if type(top) is not dict:
        raise BadDelivery("not a JSON object")
    if not _finite(top.values()):
        raise BadDelivery("a number out of range")
    return top


def _finite(values: Any) -> bool:
    """Whether no number in there grew to infinity while it was read, as 1e999 does."""
    for value in values:
        kind = type(value)
        if kind is dict:
            if not _finite(value.values()):
                return False
        elif kind is list:
            if not _finite(value):
                return False
        elif kind is float and not isfinite(value):
            return False
    return True


def _entity(include: str | None, resource: str | None, data: dict[str, Any]) -> tuple[str, str]:
    """Include and resource, each from the other where one is missing.

    Copies read back from Heroku's API lack the metadata, and `api:dyno` and `dyno` share one resource: only
    the second has a life after its creation, and so these two keys.
    """
    if include and resource:
        return include, resource
    if include:
        return include, include.removeprefix("api:")
    if resource is None:
        raise BadDelivery("neither a usable include nor a usable resource")
    if resource == "dyno" and any(key in data for key in _ONLY_ON_ENTITY_DYNO):
        return "dyno", resource
    return f"api:{resource}", resource


def _app(resource: str, data: dict[str, Any]) -> AppRef | None:
    ref = data if resource == "app" else _mapping(data.get("app"))
    id, name = _name(ref.get("id")), _name(ref.get("name"))
    return AppRef(id, name) if id or name else None


def _actor(actor: dict[str, Any]) -> Actor | None:
    id, email = _name(actor.get("id")), _name(actor.get("email"))
    return Actor(id, email) if id or email else None


def _time(top: dict[str, Any], key: str, fields: dict[str, Any]) -> datetime | None:
    text = top.get(key)
    time = parse(text)
    if time is not None:
        fields[key] = text
    return time


def _known(**values: str | None) -> dict[str, str]:
    return {key: value for key, value in values.items() if value is not None}


def _mapping(value: Any) -> dict[str, Any]:
    return value if type(value) is dict else {}


def _name(value: Any) -> str | None:
    """A text fit to be a name, a key or part of an address: not empty, not long, no control characters."""
    if type(value) is not str or not 0 < len(value) <= NAME_CHARACTERS or _CONTROL.search(value):
        return None
    return value
