"""Takes what an endpoint needs out of a request's body, or refuses it in Heroku's manner."""

from typing import Any
from uuid import UUID

from toolbelt.simulator.endpoints.asking import Asked
from toolbelt.simulator.errors import bad_request, invalid


def fields(asked: Asked, *required: str) -> dict[str, Any]:
    """The body as an object that has these fields; none at all is an empty one."""
    body = {} if asked.body is None else asked.body
    if not isinstance(body, dict):
        raise bad_request("The body must be a JSON object.")
    missing = [name for name in required if name not in body]
    if missing:
        raise invalid(f"Require params: {', '.join(missing)}.")
    return body


def text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(f"{name.capitalize()} must be a text.")
    return value


def needed_text(body: dict[str, Any], name: str) -> str:
    """A text that says something."""
    value = text(body, name)
    if not value:
        raise invalid(f"{name.capitalize()} must be a text.")
    return value


def flag(body: dict[str, Any], name: str) -> bool | None:
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise invalid(f"{name.capitalize()} must be true or false.")
    return value


def whole(body: dict[str, Any], name: str, *, least: int, most: int) -> int | None:
    """A whole number within bounds."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise invalid(f"{name.capitalize()} must be a whole number from {least} to {most}.")
    return value


def texts(body: dict[str, Any], name: str) -> list[str] | None:
    value = body.get(name)
    if value is not None and not (isinstance(value, list) and all(isinstance(each, str) for each in value)):
        raise invalid(f"{name.capitalize()} must be a list of texts.")
    return value


def inner(body: dict[str, Any], name: str) -> dict[str, Any] | None:
    """An object within the body."""
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise invalid(f"{name.capitalize()} must be an object.")
    return value


def uuid(body: dict[str, Any], name: str) -> str:
    """Heroku wants a uuid here: neither `12` nor `v12` names a release to roll back to."""
    try:
        return str(UUID(body[name]))
    except (ValueError, TypeError, AttributeError):
        raise invalid(f"{name.capitalize()} must be a uuid.") from None
