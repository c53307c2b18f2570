"""Rules, events and actions for these tests: each factory fills in what a test is not about."""

from datetime import UTC, datetime
from textwrap import dedent, indent
from typing import Any, Literal

from pydantic import BaseModel

from heroku.access import Level
from heroku.events import AppRef, Event
from rules.actions import ActionSpec, Need
from rules.errors import Problem, RuleErrors
from rules.files.loading import Source, load
from rules.rulebook import Rule, Rulebook

NOON = datetime(2025, 5, 17, 12, 0, tzinfo=UTC)
SHOP = AppRef("5b1f0f5e-0a6c-4f0e-9d3b-2f6d1c8a7e10", "shop")


class RollbackParams(BaseModel):
    to: Literal["last-good"] = "last-good"
    only_if_live: bool = True
    younger_than: str | None = None
    config: Literal["keep", "restore"] | None = None


class NotifyParams(BaseModel):
    to: str | list[str]
    text: str


ACTIONS = {
    "rollback": ActionSpec("rollback", RollbackParams, (Need("releases", Level.WRITE),), changes=True),
    "notify": ActionSpec("notify", NotifyParams),
}


def event(
    include: str = "api:release",
    action: str = "update",
    *,
    app: AppRef | None = SHOP,
    created_at: datetime | None = NOON,
    **data: Any,
) -> Event:
    """An event with that data, as `heroku.events.read` would have read it."""
    fields: dict[str, Any] = {"id": "1", "include": include, "action": action, "data": data}
    fields["resource"] = include.removeprefix("api:")
    if app:
        fields["app"] = {"id": app.id, "name": app.name}
    resource = fields["resource"]
    return Event("1", include, resource, action, app, None, data, created_at, created_at, None, fields)


def rule_text(extra: str = "", *, name: str = "a-rule", on: str = "api:release.update", do: str = "") -> str:
    """A file with one rule; `extra` are more lines of that rule."""
    steps = do or "[{notify: {to: log, text: hello}}]"
    lines = f"name: {name}\non: {on}\ndo: {steps}\n{dedent(extra).strip()}"
    return "version: 1\nrules:\n  - " + indent(lines, "    ").strip() + "\n"


def book(*texts: str, **options: Any) -> Rulebook:
    """The rulebook of these files."""
    return load(
        [Source(f"file{number}.yaml", text) for number, text in enumerate(texts, 1)], actions=ACTIONS, **options
    )


def rule(extra: str = "", **options: str) -> Rule:
    """A single rule."""
    return book(rule_text(extra, **options)).rules[0]


def problems(*texts: str, **options: Any) -> tuple[Problem, ...]:
    """What is wrong with these files; nothing if they load."""
    try:
        book(*texts, **options)
    except RuleErrors as errors:
        return errors.problems
    return ()
