"""PagerDuty, Events API v2. https://developer.pagerduty.com/docs/send-alert-event

The variable holds the routing key, or https://KEY@events.eu.pagerduty.com for an account in Europe.
"""

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

import httpx2

from rules.rulebook import Target
from workers.notes import OPEN, Message, Note, cut
from workers.senders.base import Way

HOST = "https://events.pagerduty.com"
PATH = "/v2/enqueue"
SUMMARY_MOST = 1_024  # characters
TEXT_MOST = 8_000
KEY_MOST = 255
INCIDENTS_MOST = 10  # that one message may open or close; beyond that it is one about them all
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


def send(message: Message, target: Target, way: Way) -> None:
    """One event for each incident: what PagerDuty has already counts once. Raises Unavailable, Refused."""
    key, url = _way_in(target, way)
    severity = str(target.options.get("severity") or "error")
    for event in events(message, severity=severity):
        way.post(url, json.dumps({"routing_key": key, **event}).encode(), {})


def events(message: Message, *, severity: str) -> list[dict[str, Any]]:
    """What to send. Of an incident that was opened and closed meanwhile only the last word counts."""
    last = {note.incident: note for note in message.notes}
    unseen = message.count > len(message.notes)
    if len(last) > INCIDENTS_MOST or (unseen and len(last) > 1):
        return [_trigger(message, f"burst:{message.target}", message.text, severity), *_resolves(last.values())]
    made = []
    for incident, note in last.items():
        if note.resolve:
            made.append(_resolve(note))
        else:
            alike = [each for each in message.notes if each.incident == incident]
            one = dataclasses.replace(message, notes=alike, count=message.count if len(last) == 1 else len(alike))
            made.append(_trigger(one, incident, one.text, severity))
    return made


def _resolves(notes: Iterable[Note]) -> list[dict[str, Any]]:
    return [_resolve(note) for note in notes if note.resolve][:INCIDENTS_MOST]


def _resolve(note: Note) -> dict[str, Any]:
    return {"event_action": "resolve", "dedup_key": dedup_key(note.incident)}


def _trigger(message: Message, incident: str, text: str, severity: str) -> dict[str, Any]:
    first = text.partition("\n")[0]
    summary = message.title if message.count > 1 else f"{message.title}: {first}"
    apps = sorted({str(note.facts["app"]) for note in message.notes if note.facts.get("app")})
    return {
        "event_action": "trigger",
        "dedup_key": dedup_key(incident),
        "payload": {
            "summary": cut(summary, SUMMARY_MOST),
            "source": cut(", ".join(apps) or "dynohook", KEY_MOST),
            "severity": severity,
            "component": "dynohook",
            "custom_details": {"text": cut(text, TEXT_MOST), "count": message.count, "look": message.look},
        },
        "client": "Dynohook",
        **({"client_url": message.url, "links": [{"href": message.url, "text": OPEN}]} if message.url else {}),
    }


def dedup_key(incident: str) -> str:
    """As PagerDuty takes it; two that only differ far behind stay two."""
    if len(incident) <= KEY_MOST:
        return incident
    digest = hashlib.sha256(incident.encode("utf-8", "surrogatepass")).hexdigest()
    return incident[: KEY_MOST - len(digest) - 1] + ":" + digest


def _way_in(target: Target, way: Way) -> tuple[str, httpx2.URL]:
    value = way.value(target.variable)
    if _KEY.fullmatch(value):
        return value, httpx2.URL(HOST + PATH)
    url = way.address(target.variable)
    if not _KEY.fullmatch(url.username):
        raise way.refused(f"its variable {target.variable} holds no routing key")
    return url.username, url.copy_with(username=None, password=None, raw_path=PATH.encode())
