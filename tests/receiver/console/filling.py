"""One of each thing that a page can show, with a text of somebody's choice in every field that may hold any."""

import json
from collections.abc import Mapping
from typing import Any

import redis

from core import layout, outbox
from core.beat import Beat
from heroku.samples import encode, sample
from rules.outlines import outline
from tests.core.world import DAY
from tests.receiver.console.keeping import Records
from tests.rules.factories import book, rule_text

STATES = ("due", "queued", "running", "done", "not needed", "failed", "denied", "unknown", "stopped")


def fill(records: Records, text: str, *, name: str = "") -> None:
    """A console on which every page has something to show. `name` is in ids, and what apps and rules are called."""
    _events(records, text, name or text)
    _runs(records, text, name or text)
    _rules(records.server, text, name or text)
    _deeds(records, text, name or text)


def _events(records: Records, text: str, name: str) -> None:
    data = {"name": text, "state": "failed", "description": text, text: [text, {"commit": text}]}
    event = sample("release_update_failed", id=f"e1 {name}", app=name)
    event["data"] = {**event["data"], **data}
    event["actor"] = {"email": text, "id": text}
    records.event(
        f"e1 {name}",
        body=encode(event),
        decisions=[
            {"b": "book", "n": [-1, -1], "g": [[0, "planned", f"e1 {name}:{name}"], [1, "silenced", text, text]]},
            {"b": "book", "n": [0, -1], "g": [[1, text, text]], "replay": {"by": text, "why": text}},
            {"b": "book", "r": name, "w": "quiet", "g": [[0, "planned", f"e1 {name}:{name}"]]},
        ],
    )
    records.event(f"e2 {name}", waiting=True)
    records.event(f"e3 {name}", unreadable=text, body=text.encode())
    for lane in ("decide", "act", "wait"):
        records.dead(f"e2 {name}", lane=lane)


def _runs(records: Records, text: str, name: str) -> None:
    steps: list[Mapping[str, Any]] = [
        {"name": text, "action": text, "params": {"text": text}},
        {"name": "why", "action": "agent"},
    ]
    noted = {
        "sentence": text,
        "output": {text: text, "lines": [text], "transcript": {"parts": _said(text)}},
        "memory": {"text": text},
    }
    fields: Any = {"app_name": name, "note": text, "key": name}
    for state in STATES:
        journal = {"step:0": {**noted, "state": "failed"}, "step:1": noted}
        records.run(f"e1 {name}:{name} {state}", state=state, steps=steps, journal=journal, **fields)
    answer = json.dumps({"verdict": "approve", "by": text, "why": text, "at": 1, "field": "approval:0"})
    records.asking(f"e1 {name}:{name}", app_name=name, note=text, approval=answer)
    records.speaking(f"e2 {name}:speaks", *_said(text))
    told = [{"name": "tell", "action": "notify", "params": {"to": "system", "text": text}}]
    ours = records.run(f"system:{name}", steps=told, rule=layout.SYSTEM)
    sent = {"sentence": text, "memory": {"words": text}}
    message = records.run(
        f"{outbox.RUNS}{name}", steps=told, journal={"step:0": sent}, rule=layout.SYSTEM, key=name, notes="3"
    )
    for run in (ours, message):
        records.server.hdel(layout.RUN + run, "event")
    records.call(f"e1 {name}:{name}", who=text, app=name, why=text, warning=text, request_id=text, outcome=text)
    records.call(f"e1 {name}:{name}", allowed=False, outcome="denied", endpoint=text)


def _said(text: str) -> list[Mapping[str, str]]:
    return [
        {"kind": "text", "name": "", "text": text},
        {"kind": "call", "name": text, "text": text},
        {"kind": "result", "name": text, "text": text},
    ]


def _rules(server: redis.Redis, text: str, name: str) -> None:
    known: dict[str, Any] = outline(book(rule_text("match: {data.status: failed}")))[0]
    told = {
        "description": text,
        "clauses": [text],
        "paths": [[text]],
        "asks": [text],
        "do": [text],
        "on": ["dyno", text],
    }
    first = {**known, "name": name, "digest": "d1", "on": ["api:release"]}
    rules = [first, {**known, **told, "name": f"{name} 2", "digest": "d2"}]
    server.set(layout.BOOK + "book", json.dumps(rules), ex=int(DAY))
    server.set(layout.BOOK + "other", json.dumps([{**first, **told, "digest": "d3"}]), ex=int(DAY))
    Beat(server, worker="worker.1", rules="book", version=text, act="live").tick()
    Beat(server, worker="worker.2", rules="other", version=text, act="shadow").tick()
    for mode in ("live", "shadow"):
        said = {"at": 5_000, "event": f"e1 {name}", "max": 3, "within": 60_000}
        server.set(f"{layout.BREAKER}{mode}:{name}", json.dumps(said))
    server.hset(layout.COUNT, mapping={"refused:no_signature": 3, "decided": 2, f"runs:{text}": 1})


def _deeds(records: Records, text: str, name: str) -> None:
    hands = records.hands
    hands.silence(app=name, rule=name, seconds=3_600, by=text, why=text)
    hands.silence(app="*", rule="*", seconds=3_600, by=text, why=text)
    hands.pause(by=text, why=text)
    for did in ("approve", "deny", "stop"):
        records.deed(did, by=text, why=text, about=f"e1 {name}:{name}")
    records.deed("replay", by=text, why=text, about=f"e1 {name}")
    records.deed("close breaker", by=text, why=text, about=name)
