"""What an event leaves behind for rules that look at more than one event, and where such a rule looks for it.

A partner is left under what it must have in common with our event, a state under the thing whose state it is, so that
nothing has to be searched. An event that no rule watches costs one look into a dictionary.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from heroku.events import Event
from heroku.times import parse
from rules.keys import short
from rules.matching import MATCHED, Fields
from rules.model import Mode
from rules.paths import getter
from rules.rulebook import Partner, Rule, Rulebook

SPARE_SECONDS: Final = 86_400.0  # partners are kept longer than any rule looks back: so long a pause does no harm
STATE_SECONDS: Final = 90 * 86_400.0
GONE_SECONDS: Final = 86_400.0  # what was destroyed never comes back under its id


class Came(NamedTuple):
    """Left for rules with `after` and `missing`: under which key, and for how long."""

    key: str
    keep_seconds: float


class State(NamedTuple):
    """Left for rules with `changed`: what stood there (short JSON) since `at`; None if the event does not say when.

    Nothing is left where nothing stands, as older deliveries lack newer fields: that would be a change there and back.
    """

    key: str
    at: datetime | None
    value: str
    keep_seconds: float


class Left(NamedTuple):
    """All that one event leaves behind."""

    came: tuple[Came, ...] = ()
    states: tuple[State, ...] = ()


NOTHING: Final = Left()


@dataclass(frozen=True, slots=True)
class _Watch:
    """Partners that look alike, whichever rules want them."""

    partner: Partner
    keep_seconds: float
    values: tuple[Callable[[Fields], Any], ...]

    def key(self, event: Event) -> str | None:
        """Where `event` is to be left; None if it is no such partner."""
        return _key(self.partner, self.values, event) if _fits(self.partner, event) else None


class _Watched(NamedTuple):
    watches: tuple[_Watch, ...]
    paths: tuple[tuple[str, Callable[[Fields], Any]], ...]


class Watching:
    """All that the rules of one book watch, by include."""

    def __init__(self, book: Rulebook) -> None:
        rules = [rule for rule in book.rules if rule.mode is not Mode.OFF]
        watches = _watches(rules)
        paths: dict[str, dict[str, None]] = defaultdict(dict)
        for rule in rules:
            for on in rule.on if rule.changed else ():
                paths[on.include][rule.changed.path] = None  # type: ignore[union-attr]
        includes = {on.include for watch in watches for on in watch.partner.on} | set(paths)
        self._by_include: Mapping[str, _Watched] = {
            include: _Watched(
                tuple(watch for watch in watches if any(on.include == include for on in watch.partner.on)),
                tuple((path, getter(path)) for path in paths.get(include, ())),
            )
            for include in includes
        }

    def left_by(self, event: Event) -> Left:
        """What `event` leaves behind, whether or not a rule matched it."""
        watched = self._by_include.get(event.include)
        if watched is None:
            return NOTHING
        came = (Came(key, watch.keep_seconds) for watch in watched.watches if (key := watch.key(event)))
        return Left(tuple(came), tuple(_states(event, watched.paths)))


def partner_key(partner: Partner, event: Event) -> str | None:
    """Where the partners of our `event` are left; None if it lacks what they must have in common."""
    return _key(partner, tuple(getter(ours) for ours, _ in partner.same), event)


def is_partner(partner: Partner, other: Event, key: str) -> bool:
    """Whether `other` is such a partner, and would have been left under `key`; its time is not asked."""
    theirs = tuple(getter(theirs) for _, theirs in partner.same)
    return _fits(partner, other) and _key(partner, theirs, other) == key


def state_key(path: str, event: Event) -> str | None:
    """Where the state of what `event` is about is left; None if it does not say what it is about."""
    id = event.data.get("id")
    return f"{event.include}:{path}:{short(id)}" if isinstance(id, str) and id else None


def lacking(rule: Rule, event: Event) -> str | None:
    """The path that the rule needs to look at other events, and that `event` has nothing at."""
    if rule.changed and state_key(rule.changed.path, event) is None:
        return "data.id"
    if rule.changed and getter(rule.changed.path)(event.fields) is None:
        return rule.changed.path
    for partner in filter(None, (rule.after, rule.missing)):
        if _app(event) is None:
            return "app"
        for ours, _ in partner.same:
            if getter(ours)(event.fields) is None:
                return ours
    return None


def as_text(value: Any) -> str:
    """A value as states are compared and shown: JSON, a long one by its hash."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = _json(value)
    kept = short(text)
    return text if kept == text else json.dumps(kept)


def _watches(rules: Iterable[Rule]) -> tuple[_Watch, ...]:
    longest: dict[str, tuple[Partner, float]] = {}
    for rule in rules:
        for partner in filter(None, (rule.after, rule.missing)):
            keep = partner.within_seconds + rule.fresh_within_seconds + SPARE_SECONDS
            before = longest.get(partner.digest, (partner, 0.0))
            longest[partner.digest] = partner, max(keep, before[1])
    return tuple(
        _Watch(partner, keep, tuple(getter(theirs) for _, theirs in partner.same)) for partner, keep in longest.values()
    )


def _fits(partner: Partner, event: Event) -> bool:
    on = any(on.include == event.include and on.action in (None, event.action) for on in partner.on)
    return on and partner.match.match(event.fields) == MATCHED


def _key(partner: Partner, values: Iterable[Callable[[Fields], Any]], event: Event) -> str | None:
    app = _app(event)
    shared = [get(event.fields) for get in values]
    if app is None or any(value is None for value in shared):
        return None
    return f"{partner.digest}:{app}:{short(_json(shared)) if shared else ''}"


def _states(event: Event, paths: Iterable[tuple[str, Callable[[Fields], Any]]]) -> Iterable[State]:
    at = parse(event.data.get("updated_at")) or event.updated_at or event.created_at
    keep = GONE_SECONDS if event.action == "destroy" else STATE_SECONDS
    for path, get in paths:
        value = get(event.fields)
        if value is not None and (key := state_key(path, event)):
            yield State(key, at, as_text(value), keep)


def _app(event: Event) -> str | None:
    return (event.app.id or event.app.name) if event.app else None


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
