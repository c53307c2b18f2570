"""From a decision to what decide.lua must know of it: the gates that only Redis's state can judge."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.ledger import Replay
from heroku.events import Event, content_key
from rules.correlating import NOTHING, Left
from rules.deciding import Decision, Verdict
from rules.gates import silence_gate, standing_gate
from rules.matching import MATCHED
from rules.model import Mode
from rules.rulebook import Rule
from rules.silences import Silence
from workers import correlations, marks, replays


def gates_of(
    event: Event,
    decision: Decision,
    *,
    id: str,
    now: float,
    account: str | None,
    replay: Replay | None,
    silences: Sequence[Silence] = (),
    left: Left = NOTHING,
    earlier: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any] | None:
    """What to judge for this event; None if no rule matched it and it leaves nothing to remember. `earlier` is what was
    decided about it before it was replayed."""
    crashed = crashed_release(event)
    if not decision.matched and not crashed and not any(left):
        return None
    number = replay.number if replay else 0
    indexes = [index for index, clause in enumerate(decision.clauses) if clause == MATCHED]
    created = event.created_at.timestamp() if event.created_at else now
    rules = [
        rule_of(event, verdict, index, id=id, number=number, now=now, silences=silences)
        for index, verdict in zip(indexes, decision.matched, strict=True)
    ]
    return {
        "t": int(created * 1000),
        "replay": number,
        "content": "" if event.include == "dyno" or not decision.matched else content_key(event),
        "intents": marks.intents(event) if decision.matched else [],
        "crashed": crashed,
        "crashed_text": _crash_text(event) if crashed else "",
        "account": bool(account and event.actor and event.actor.id == account),
        "made": _made(event) if decision.matched else [],
        **correlations.left_as_told(left, now=now),
        "rules": [replays.let_pass(rule, earlier, book=decision.book) for rule in rules] if number else rules,
    }


def crashed_release(event: Event) -> str:
    """The release whose dyno crashed; empty if this is not the crash of a dyno that should have stayed up."""
    data = event.data
    release = data.get("release")
    kind = data.get("type")
    if event.include != "dyno" or data.get("state") != "crashed" or (isinstance(kind, str) and kind in marks.ONE_OFFS):
        return ""
    id = release.get("id") if isinstance(release, dict) else None
    return id if isinstance(id, str) else ""


def _crash_text(event: Event) -> str:
    app = event.app.name if event.app and event.app.name else "an app"
    version = str(event.data["release"].get("version"))[:20]
    return f"{app} v{version}, dyno {str(event.data.get('name'))[:40]}"


def _made(event: Event) -> list[str]:
    """The marks of what this event is about besides, or as which it began: a run of ours that left one led to it."""
    parts = [event.data.get(part) for part in ("release", "build")]
    ids = [part.get("id") for part in parts if isinstance(part, dict)]
    own = event.data.get("id")
    return [id for id in ids if isinstance(id, str)] + ([marks.made(own)] if isinstance(own, str) else [])


def rule_of(
    event: Event, verdict: Verdict, index: int, *, id: str, number: int, now: float, silences: Sequence[Silence]
) -> dict[str, Any]:
    """One rule as decide.lua wants it; what does not apply is left out. `number` is that of a replay, 0 for none."""
    rule = verdict.rule
    gate = standing_gate(event, verdict, replayed=number > 0) or silence_gate(event, rule, silences, now=now * 1000)
    said: dict[str, Any] = {
        "index": index,
        "rule": rule.name,
        "key": verdict.key,
        "mode": verdict.mode.value,
        "gate": gate,
        "overlap": rule.overlap,
        "run": f"{id}#{number}:{rule.name}" if number else f"{id}:{rule.name}",
        "plan": "",
        "app": (event.app and (event.app.id or event.app.name)) or "",
        "app_name": (event.app and event.app.name) or "",
        "give_up": int(rule.give_up_after_seconds * 1000),
    }
    if verdict.mode is Mode.LIVE:
        said["plan"] = plan_of(rule, event)
    if rule.count:
        late = int(rule.fresh_within_seconds * 1000)
        said["count"] = [rule.count.at_least, int(rule.count.within_seconds * 1000), late]
    if rule.cooldown_seconds:
        said["cooldown"] = int(rule.cooldown_seconds * 1000)
    if rule.limit:
        said["limit"] = [rule.limit.max, int(rule.limit.within_seconds * 1000)]
    return said if gate else said | correlations.rule_as_told(rule, event)


def plan_of(rule: Rule, event: Event) -> str:
    """Everything a run needs, so that it does not depend on the rule file later."""
    return json.dumps(
        {
            "rule": rule.name,
            "digest": rule.digest,
            "steps": [step.to_json() for step in rule.do],
            "on_failure": [step.to_json() for step in rule.on_failure],
            "access": {group: int(level) for group, level in rule.access.items()},
            "on_apps": list(rule.on_apps),
            "approve_within": rule.approve_within_seconds,
            **correlations.plan_as_told(rule, event),
        }
    )
