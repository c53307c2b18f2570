"""PagerDuty, Events API v2. https://developer.pagerduty.com/docs/send-alert-event

The variable holds the routing key, or https://KEY@events.eu.pagerduty.com for an account in Europe.
"""

import dataclasses
import json
import re
from typing import Any

import httpx2

from rules.rulebook import Target
from workers.notes import OPEN, Message, brief, cut
from workers.senders.base import Way

HOST = "https://events.pagerduty.com"
PATH = "/v2/enqueue"
SUMMARY_MOST = 1_024  # characters
TEXT_MOST = 8_000
SOURCE_MOST = 255
INCIDENTS_MOST = 10  # that one message may open; beyond that it is one about them all
RESOLVES_MOST = 20  # that it may close, each by a request of its own
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


def send(message: Message, target: Target, way: Way) -> None:
    """One event for each incident: what PagerDuty has already counts once. Raises Unavailable, Refused."""
    key, url = _way_in(target, way)
    severity = str(target.options.get("severity") or "error")
    for event in events(message, severity=severity):
        way.post(url, json.dumps({"routing_key": key, **event}).encode(), {})


def events(message: Message, *, severity: str) -> list[dict[str, Any]]:
    """What to send. Of an incident that was opened and closed meanwhile only the last word counts."""
    over = {brief(note.incident): note.resolve for note in message.notes}
    over |= {trouble.name: trouble.over for trouble in message.troubles}  # all of them came later
    opened = [name for name, ended in over.items() if not ended]
    resolves = [_resolve(name) for name, ended in over.items() if ended][:RESOLVES_MOST]
    if len(opened) > INCIDENTS_MOST or (len(over) > 1 and _unknown(message)):
        return [_trigger(message, f"burst:{message.target}", message.text, severity), *resolves]
    return [*(_opening(message, name, severity, alone=len(over) == 1) for name in opened), *resolves]


def _unknown(message: Message) -> int:
    """How many of its notes nothing is known of."""
    return message.count - len(message.notes) - sum(trouble.times for trouble in message.troubles)


def _opening(message: Message, incident: str, severity: str, *, alone: bool) -> dict[str, Any]:
    """Of what belongs to it; where none of that is shown, only that it is there."""
    alike = [note for note in message.notes if brief(note.incident) == incident]
    if not alike:
        return _trigger(message, incident, message.text, severity, summary=f"{incident}, among {message.title}")
    others = sum(trouble.times for trouble in message.troubles if trouble.name == incident)
    count = message.count if alone else len(alike) + others
    one = dataclasses.replace(message, notes=alike, count=count)
    return _trigger(one, incident, one.text, severity)


def _resolve(incident: str) -> dict[str, Any]:
    return {"event_action": "resolve", "dedup_key": incident}


def _trigger(message: Message, incident: str, text: str, severity: str, *, summary: str = "") -> dict[str, Any]:
    first = text.partition("\n")[0]
    summary = summary or (message.title if message.count > 1 else f"{message.title}: {first}")
    apps = sorted({str(note.facts["app"]) for note in message.notes if note.facts.get("app")})
    return {
        "event_action": "trigger",
        "dedup_key": brief(incident),
        "payload": {
            "summary": cut(summary, SUMMARY_MOST),
            "source": cut(", ".join(apps) or "dynohook", SOURCE_MOST),
            "severity": severity,
            "component": "dynohook",
            "custom_details": {"text": cut(text, TEXT_MOST), "count": message.count, "look": message.look},
        },
        "client": "Dynohook",
        **({"client_url": message.url, "links": [{"href": message.url, "text": OPEN}]} if message.url else {}),
    }


def _way_in(target: Target, way: Way) -> tuple[str, httpx2.URL]:
    value = way.value(target.variable)
    if _KEY.fullmatch(value):
        return value, httpx2.URL(HOST + PATH)
    url = way.address(target.variable)
    if not _KEY.fullmatch(url.username):
        raise way.refused(f"its variable {target.variable} holds no routing key")
    return url.username, url.copy_with(username=None, password=None, raw_path=PATH.encode())
