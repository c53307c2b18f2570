"""What today's rules would do about an event now: a decision in the shape of a kept one, which nobody keeps."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from redis import Redis

from core import layout
from core.peeking import Peek, Standing
from core.settings import Settings
from core.silences import read as read_silences
from heroku.events import Event
from rules.correlating import Watching
from rules.deciding import decide
from rules.model import Mode
from rules.rulebook import Rulebook
from workers import marks
from workers.gating import gates_of

FIRES = ["fires", "live"]


class Judged(NamedTuple):
    """The decision, and how each gate of the rules that matched stands."""

    decision: Mapping[str, Any]
    standings: Mapping[str, Mapping[str, Standing]]


def judge(event: Event, book: Rulebook, chosen: Settings, *, now: float, redis: Redis | None) -> Judged:
    """`now` in seconds since 1970. Without `redis` no gate is asked that needs to remember anything."""
    decision = decide(
        book, event, now=datetime.fromtimestamp(now, UTC), brake=Mode(chosen.brake), own_app=chosen.own_app
    )
    silences = read_silences(redis.hvals(layout.SILENCES)) if redis else []  # type: ignore[arg-type]
    told = gates_of(
        event,
        decision,
        id=event.id,
        now=now,
        account=None,
        replay=None,
        silences=silences,
        left=Watching(book).left_by(event),
    )
    gates, standings, stopper = [], {}, None
    for rule in told["rules"] if told else ():
        gate, standings[rule["rule"]] = _judged(event, told or {}, rule, now=now, redis=redis)
        if stopper and not rule["gate"]:
            gate = ["stopped by", stopper]
        if rule.get("stop") and gate == FIRES:
            stopper = rule["rule"]
        gates.append([rule["index"], *gate])
    return Judged({"b": book.digest, "n": decision.clauses, "g": gates, "at": int(now * 1000)}, standings)


def _judged(
    event: Event, told: Mapping[str, Any], rule: Mapping[str, Any], *, now: float, redis: Redis | None
) -> tuple[list[Any], dict[str, Standing]]:
    """The first gate that is closed, or that it would be planned; and how all of them stand."""
    if redis is None:
        return list(rule["gate"]) or ["open"], {}
    peek = Peek(redis)
    standings = {one.name: one for one in peek.rule(event.id, told, rule, now=now * 1000)}
    whole = peek.whole(event.id, marks.of(event), told)
    closed = [one.gate for one in standings.values() if one.gate]
    return list(rule["gate"] or whole or next(iter(closed), ())) or ["fires", rule["mode"]], standings
