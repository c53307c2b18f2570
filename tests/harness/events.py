"""Deliveries of our own making, in the shapes that really arrive."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from heroku.events import AppRef
from heroku.samples import sample
from toolbelt.simulator.views import AppView

Document = dict[str, Any]

# Nothing that the rules act on; one of them is matched in shadow.
QUIET = ("build_update_succeeded", "dyno_create", "dyno_cycled", "domain_create", "formation_update", "unknown_entity")


def crash(
    app: AppView, *, id: str | None = None, kind: str = "web", at: datetime | None = None, name: str = ""
) -> Document:
    """A dyno of what runs has crashed."""
    assert app.current is not None
    return sample(
        "dyno_crashed",
        id=id or str(uuid4()),
        app=AppRef(app.id, app.name),
        at=at or datetime.now(UTC),
        **{
            "data.type": kind,
            "data.name": name or f"{kind}.1",
            "data.release.id": app.current.id,
            "data.release.version": app.current.version,
        },
    )


def gone_live(app: AppView, *, id: str | None = None, at: datetime | None = None) -> Document:
    """What runs has just become what runs."""
    assert app.current is not None
    return sample(
        "release_update_succeeded",
        id=id or str(uuid4()),
        app=AppRef(app.id, app.name),
        at=at or datetime.now(UTC),
        **{
            "data.id": app.current.id,
            "data.version": app.current.version,
            "data.description": app.current.description,
        },
    )


def quiet(number: int, app: AppView) -> Document:
    """The everyday noise of an app."""
    ref = AppRef(app.id, app.name)
    return sample(QUIET[number % len(QUIET)], id=str(uuid4()), app=ref, at=datetime.now(UTC))


def attempt(document: Document) -> Document:
    """The same event, tried once more: the attempt's id stands in the body, so that its signature is another."""
    metadata = document["webhook_metadata"]
    return {**document, "webhook_metadata": {**metadata, "attempt": {"id": str(uuid4())}}}
