"""`call`: any endpoint of Heroku's API by its name, for what no other action does."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from heroku import paging, parsing
from heroku.access import Level
from heroku.endpoint import Endpoint
from heroku.errors import NotFound
from rules.actions import ActionSpec, Need, Odd, Written
from rules.texts.pieces import something
from workers import marks
from workers.actions import build
from workers.actions.base import Action, Outcome, Step
from workers.actions.endpoint_params import BY_NAME, Params
from workers.actions.parameters import resolved

KINDS: Mapping[str, str] = {
    "add-ons": "addon",
    "apps": "app",
    "builds": "build",
    "collaborators": "collaborator",
    "config-vars": "config",
    "domains": "domain",
    "dynos": "dyno",
    "formation": "formation",
    "releases": "release",
}
TARGETS = ("formation", "hostname", "domain", "plan", "addon", "user", "collaborator", "dyno", "type", "description")
NEWEST_FIRST = ("version", "started_at")
ITEMS_MOST = 50  # of a list
OUTPUT_CHARACTERS = 8_000  # as JSON; what is longer loses its last items or its last fields


def perform(step: Step[Params]) -> Outcome:
    """Make the call. Raises what the client raises."""
    entry = BY_NAME[step.params.endpoint]
    given = resolved(step.params.given, step.written.get("with"), step.variable)
    places = {name: given.get(name, step.app) for name in entry.places}
    # Out of a template a number comes as a text: read in the way of a form, and sent as Heroku wants it.
    body = entry.takes.model_validate(step.params.body(given), strict=False).model_dump(exclude_unset=True)
    if entry.level > Level.READ:
        step.intend(kind=KINDS.get(entry.group, entry.group), target=_target(entry, given))
    try:
        answer = step.heroku.call(entry.name, wanted=_wanted(entry), **places, **body)
    except NotFound:
        if entry.method != "DELETE":
            raise
        return _gone(step, entry) if step.called else Outcome("not needed", f"{entry.name}: it is not there.")
    return _came_about(step, entry, parsing.value(answer))


def settle(step: Step[Params]) -> Outcome | None:
    """What may be repeated is repeated; whatever else this was, nobody knows where to look for it."""
    entry = BY_NAME[step.params.endpoint]
    if entry.repeatable:
        return None
    return Outcome("unknown", f"{entry.name} got no answer, and what came of it cannot be looked up.")


def _gone(step: Step[Params], entry: Endpoint) -> Outcome:
    return Outcome("done", _sentence(step, entry), changed=True)


def _came_about(step: Step[Params], entry: Endpoint, value: BaseModel | list[BaseModel]) -> Outcome:
    changes = entry.level > Level.READ
    items = value if isinstance(value, list) else [value]
    return Outcome(
        "done",
        _sentence(step, entry),
        changed=changes,
        output=_output(value),
        own=[mark for item in items for mark in _marks(entry, item)] if changes else (),
    )


def _sentence(step: Step[Params], entry: Endpoint) -> str:
    app = step.params.given.get("app", step.app_name)
    return f"Called {entry.name} on {app}." if "app" in entry.places else f"Called {entry.name}."


def _marks(entry: Endpoint, item: BaseModel) -> Iterator[str]:
    """By what the effect is known as ours."""
    id = getattr(item, "id", None)
    if not isinstance(id, str):
        return
    if entry.group in ("releases", "builds") or entry.name == "run_dyno":
        yield id
    elif entry.method == "PATCH":
        yield marks.changed(id, getattr(item, "updated_at", None))
    else:
        yield marks.removed(id) if entry.method == "DELETE" else marks.made(id)


def _target(entry: Endpoint, given: Mapping[str, Any]) -> str:
    named = next((given[name] for name in TARGETS if isinstance(given.get(name), str)), None)
    if named is None and entry.group == "dynos":
        return "run" if entry.name == "run_dyno" else marks.EVERY_DYNO
    return named or "*"


def _wanted(entry: Endpoint) -> str | None:
    """The first page of a list; the newest first where there is an order of time."""
    if not (entry.many and entry.ranges):
        return None
    field = entry.ranges[0]
    return paging.opening(field, descending=field in NEWEST_FIRST, at_most=ITEMS_MOST)


def _output(value: BaseModel | list[BaseModel]) -> dict[str, Any]:
    """What later steps may use: secrets show as stars, and it is not more than can be kept."""
    if isinstance(value, list):
        items = [item.model_dump(mode="json") for item in value[:ITEMS_MOST]]
        while items and _size(items) > OUTPUT_CHARACTERS:
            items = items[: len(items) // 2]
        return {"items": items, "count": len(value)}
    told = value.model_dump(mode="json")
    while told and _size(told) > OUTPUT_CHARACTERS:
        told.popitem()
    return {"answer": told}


def _size(value: Any) -> int:
    return len(json.dumps(value))


def _entry(written: Written) -> Endpoint | None:
    name = written.get("endpoint")
    return BY_NAME.get(name) if isinstance(name, str) else None


def _needs(written: Written) -> tuple[Need, ...]:
    entry = _entry(written)
    return (Need(entry.group, entry.level),) if entry else ()


def _destroys(written: Written) -> bool:
    entry = _entry(written)
    return entry is not None and entry.method == "DELETE" and entry.level is Level.FULL


def _odd(written: Written) -> Iterator[Odd]:
    """What `build` finds odd in the same archive."""
    given = written.get("with")
    blob = given.get("source_blob") if isinstance(given, Mapping) else None
    if isinstance(blob, Mapping):
        yield from (Odd(("with", "source_blob", *found.at), found.message) for found in build.odd(blob))


ACTION = Action(
    spec=ActionSpec(
        name="call",
        params=Params,
        needs_more=_needs,
        destroys=_destroys,
        changes=True,
        variables=("with",),
        joins={"with": something},
        odd=_odd,
    ),
    perform=perform,
    settle=settle,
    reads_live_state=False,
)
