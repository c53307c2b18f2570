"""What happens in a test: its events with their times, and its silences, from what the file says of them."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from heroku import samples
from heroku.events import Event, read
from rules.holding import milliseconds
from rules.silences import EVERY, Silence
from rules.trials.cases import EventModel, SilenceModel, TestModel

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
START_MILLISECONDS = milliseconds(START.timestamp())


def events(test: TestModel) -> list[tuple[int, Event]]:
    """Each event with the time at which it comes, in that order; a time in the file counts from the start of the test.

    Raises LookupError for a sample that does not exist, heroku.errors.BadDelivery for an event that cannot be read.
    """
    told = [(_moment(model.at), _event(model, number)) for number, model in enumerate(test.events, 1)]
    return sorted(told, key=lambda one: one[0])


def silences(test: TestModel) -> list[Silence]:
    """The silences of the test."""
    return [_silence(model, f"silence-{number}") for number, model in enumerate(test.silences, 1)]


def offset(now: int) -> float:
    """Seconds from the start of the test."""
    return (now - START_MILLISECONDS) / 1000


def _moment(at: float) -> int:
    return START_MILLISECONDS + milliseconds(at)


def _event(model: EventModel, number: int) -> Event:
    """Every event has an id of its own: the same one twice would be one delivery repeated, which rules never see."""
    changes: dict[str, Any] = {"id": f"event-{number}", "app": model.app, "at": START + timedelta(seconds=model.at)}
    over: dict[str, Any] = dict(model.with_)
    if model.sample is not None:
        return read(samples.encode(_overridden(samples.sample(model.sample, **changes), over)))
    return read(samples.encode(_overridden(samples.changed(deepcopy(model.event or {}), **changes), over)))


def _overridden(doc: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`app` stands at the top of every event for rules, but not in what Heroku sends."""
    prefix = "data" if doc.get("resource") == "app" else "data.app"
    paths = {f"{prefix}{path.removeprefix('app')}" if path.startswith("app.") else path: over[path] for path in over}
    return samples.overridden(doc, paths)


def _silence(model: SilenceModel, id: str) -> Silence:
    at, until = _moment(model.at), _moment(model.until)
    return Silence(id, model.app or EVERY, model.rule or EVERY, at, until, by="the test", why=model.why)
