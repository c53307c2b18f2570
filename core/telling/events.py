"""An event for people: what it is, what became of it, and what was sent, without secrets."""

from collections.abc import Sequence
from typing import Any

from pydantic_core import from_json

from core.sight import Sight
from core.sightings import KeptEvent
from core.telling.decisions import Verdict, verdicts
from heroku import events as heroku_events
from heroku.errors import BadDelivery
from heroku.events import Event
from heroku.redacting import clean
from rules.rulebook import Rulebook

LONGEST_TEXT = 2_000  # characters of a field that are shown
KINDS = {"decide": "event", "act": "run", "wait": "wait"}


def read(one: KeptEvent) -> Event | None:
    """The event itself; None if it could not be read, or is gone."""
    if one.kept is None or one.kept.kind == "unreadable":
        return None
    try:
        return heroku_events.read(one.kept.body)
    except BadDelivery:
        return None


def unreadable(one: KeptEvent) -> str:
    """Why it could not be read: as the receiver found it, or as a worker did who wants more of an event."""
    found = [decision["unreadable"] for decision in decisions(one) if "unreadable" in decision]
    return str((one.kept.reason if one.kept else "") or (found[-1] if found else ""))


def decisions(one: KeptEvent) -> tuple[Any, ...]:
    return one.kept.decisions if one.kept else ()


def told(decision: Any, event: Event | None, sight: Sight, today: Rulebook | None) -> list[Verdict]:
    if event is None or "b" not in decision:
        return []
    return list(verdicts(decision, event, sight.book(decision["b"]), today))


def became(one: KeptEvent, event: Event | None, sight: Sight, books: dict[str, Any]) -> str:
    """In a few words; `books` remembers the rules that were looked up."""
    if one.state == "dead":
        return "dead letter"
    if one.state == "waiting":
        return "waiting"
    if one.kept is None:
        return "gone"
    if event is None:
        return f"unreadable: {unreadable(one)}"
    found = latest(one.kept.decisions, event, sight, books)
    hits = [f"{verdict.rule}: {verdict.gate[0] if verdict.gate else 'matched'}" for verdict in found if verdict.matched]
    if hits:
        return ", ".join(hits)
    return "no rule matched" if found else "no rule listens to it"


def latest(decisions: Sequence[Any], event: Event, sight: Sight, books: dict[str, Any]) -> list[Verdict]:
    """What each rule came to in the end: as it was decided last, or when its wait was over after that."""
    begins = max((index for index, decision in enumerate(decisions) if "w" not in decision), default=0)
    found: dict[str, Verdict] = {}
    for decision in decisions[begins:]:
        digest = decision.get("b", "")
        if digest not in books:
            books[digest] = sight.book(digest) if digest else None
        found |= {verdict.rule: verdict for verdict in verdicts(decision, event, books[digest], None)}
    return list(found.values())


def summary(one: KeptEvent, event: Event | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "accepted_at": one.accepted_at,
        "state": one.state,
        "due_at": one.due_at,
        "include": event.include if event else None,
        "action": event.action if event else None,
        "app": app_name(event) if event else None,
        "unreadable": one.kept.reason if one.kept and one.kept.kind == "unreadable" else None,
    }


def asked_by(decision: Any) -> str:
    if kind := decision.get("w"):
        return f", of a rule that was put off ({kind})"
    replay = decision.get("replay")
    return f", again, as {replay['by']} asked: {replay['why']}" if replay else ""


def content(one: KeptEvent) -> Any:
    """What was sent, as JSON where it is JSON, without what is shaped like a secret."""
    body = one.kept.body if one.kept else b""
    try:
        return without_secrets(from_json(body))
    except ValueError:  # also for more levels than anybody reads
        return beginning(body)


def beginning(body: bytes) -> str:
    """The first of what was sent as a line of text, whatever it is."""
    return clean(body[: 2 * LONGEST_TEXT].decode("utf-8", "replace"), limit=LONGEST_TEXT)


def without_secrets(value: Any) -> Any:
    match value:
        case str():
            return clean(value, limit=LONGEST_TEXT)
        case dict():
            return {clean(key): without_secrets(inner) for key, inner in value.items()}
        case list():
            return [without_secrets(inner) for inner in value]
    return value


def kind(event: Event | None) -> str:
    return f"{event.include} {event.action}".strip() if event else "?"


def app_name(event: Event | None) -> str:
    return (event.app.name or event.app.id or "") if event and event.app else ""


def names(event: Event | None) -> tuple[str | None, ...]:
    return (event.app.name, event.app.id) if event and event.app else ()
