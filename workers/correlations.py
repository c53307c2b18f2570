"""What decide.lua must know of rules that look at more than one event, and of what an event leaves behind for them."""

from typing import Any

from heroku.events import Event
from rules.correlating import Left, as_text, partner_key, state_key
from rules.rulebook import Partner, Rule

Told = dict[str, Any]


def left_as_told(left: Left, *, now: float) -> Told:
    """What is left, with its times in milliseconds; a state that does not say since when is one of now."""
    return {
        "came": [[came.key, int(came.keep_seconds * 1000)] for came in left.came],
        "last": [
            [
                state.key,
                int((state.at.timestamp() if state.at else now) * 1000),
                state.value,
                int(state.keep_seconds * 1000),
            ]
            for state in left.states
        ],
    }


def rule_as_told(rule: Rule, event: Event) -> Told:
    """What of `rule` looks at other events, and where; what does not apply is left out."""
    said: Told = {"stop": True} if rule.stop else {}
    if rule.changed:
        said["changed"] = {
            "key": state_key(rule.changed.path, event),
            **({"was": [as_text(value) for value in rule.changed.was]} if rule.changed.was is not None else {}),
            **({"now": [as_text(value) for value in rule.changed.now]} if rule.changed.now is not None else {}),
        }
    if rule.after:
        said["after"] = _partner(rule.after, event)
    if rule.missing:
        said["missing"] = _partner(rule.missing, event)
    if rule.quiet:
        said["quiet"] = [int(rule.quiet.seconds * 1000), int(rule.quiet.max_wait_seconds * 1000)]
    return said


def plan_as_told(rule: Rule, event: Event) -> Told:
    """What a run must look up before its first step: whether the event that did not come is in Heroku's own list."""
    if rule.missing is None:
        return {}
    within = rule.missing.within_seconds
    return {"look_first": {"partner": rule.missing.digest, "key": partner_key(rule.missing, event), "within": within}}


def _partner(partner: Partner, event: Event) -> Told:
    return {"key": partner_key(partner, event), "within": int(partner.within_seconds * 1000)}
