"""What a rule in shadow would have done, beside what then happened: did a person do the like, was it needed at all?"""

from collections import Counter, OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from heroku.events import Event
from rules.rulebook import Rule
from rules.trials.likes import Like, app_of, by_a_person, is_rollback, like

SAME_SECONDS = 600.0  # a person who does the like so soon after meant the same
QUIET_SECONDS = 3_600.0  # an app that gives the rule no cause for so long has recovered
MOST_OPEN = 10_000  # firings of the last hour that are followed
MOST_SHOWN = 20  # firings, and rollbacks that were missed, that a report names; the latest
RELEASES = 10_000  # ids of rollbacks that were counted, as each comes with several events

Outcome = Literal["same", "ours", "otherwise", "recovered", "went on", "open"]


class Firing(NamedTuple):
    """The rule would have acted. `at` in seconds since 1970."""

    event: str
    app: str
    at: float
    outcome: Outcome


class Missed(NamedTuple):
    """A person did what the rule is for, and it would not have acted. `gate` is what stopped it shortly before."""

    event: str
    app: str
    at: float
    gate: tuple[Any, ...] | None


class Report(NamedTuple):
    """The evidence on one rule, by its latest version: since when it was in force, and what became of its firings.

    `earlier` counts firings of versions before that one. `missed` is None where a miss cannot be told.
    """

    rule: str
    version: str
    since: float | None
    until: float
    outcomes: dict[Outcome, int]
    firings: tuple[Firing, ...]
    missed: int | None
    misses: tuple[Missed, ...]
    earlier: int
    like: str | None

    @property
    def fired(self) -> int:
        """How often it would have acted."""
        return sum(self.outcomes.values())

    @property
    def days(self) -> float:
        """For how long its version was in force."""
        return (self.until - self.since) / 86_400 if self.since is not None else 0.0


@dataclass(slots=True, eq=False)
class _Open:
    """A firing whose hour is not over."""

    event: Event
    at: float
    outcome: Outcome | None = None
    again: bool = False


@dataclass(slots=True)
class Shadowing:
    """Follows one rule through what happened, in the order in which it happened. Every time in seconds since 1970."""

    rule: Rule
    like: Like | None = field(init=False)
    version: str = ""
    since: float | None = None
    earlier: int = 0
    missed: int = 0
    _counts: Counter[Outcome] = field(default_factory=Counter)
    _open: deque[_Open] = field(default_factory=deque)
    _open_of: dict[str | None, list[_Open]] = field(default_factory=dict)  # the same by app
    _firings: deque[Firing] = field(default_factory=lambda: deque(maxlen=MOST_SHOWN))
    _misses: deque[Missed] = field(default_factory=lambda: deque(maxlen=MOST_SHOWN))
    _stopped: OrderedDict[str, tuple[float, tuple[Any, ...]]] = field(default_factory=OrderedDict)
    _rollbacks: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.like = like(self.rule)

    def in_force(self, version: str, *, at: float) -> None:
        """From then on this version of the rule judged. What an earlier one would have done is no evidence for it."""
        if version == self.version:
            return
        self.earlier += sum(self._counts.values()) + len(self._open)
        self.version, self.since, self.missed = version, at, 0
        self._counts.clear()
        for kept in (self._open, self._open_of, self._firings, self._misses, self._stopped):
            kept.clear()

    def happened(self, event: Event, *, at: float, ours: bool) -> None:
        """Any event, before the rule's own judgement on it; `ours` if one of our runs brought it about."""
        self._settle(at)
        if event.app is None or not (ours or by_a_person(event)):
            return
        repeated = is_rollback(event) and self._is_known(event)
        fired = False
        for firing in self._open_of.get(app_of(event), ()):
            if 0 <= at - firing.at <= SAME_SECONDS:
                fired = True
                self._follow(firing, event, ours=ours)
        if self.like and self.like.alone and is_rollback(event) and not (fired or ours or repeated):
            self._miss(event, at)

    def judged(self, event: Event, gate: Sequence[Any], *, at: float) -> None:
        """The rule matched this event; `gate` is what came of it, with its numbers."""
        for firing in self._open_of.get(app_of(event), ()):
            firing.again = firing.again or at - firing.at > SAME_SECONDS
        if gate and gate[0] == "shadow":
            self._open.append(_Open(event, at))
            self._open_of.setdefault(app_of(event), []).append(self._open[-1])
            if len(self._open) > MOST_OPEN:
                self._close("open")
        else:
            self._stopped[_app(event)] = (at, tuple(gate))
            self._stopped.move_to_end(_app(event))
            if len(self._stopped) > MOST_OPEN:
                self._stopped.popitem(last=False)

    def report(self, *, now: float) -> Report:
        """What is known by `now`; nothing may be added afterwards."""
        self._settle(now)
        while self._open:
            self._close("open")
        misses = self.missed if self.like and self.like.alone else None
        return Report(
            self.rule.name,
            self.version,
            self.since,
            now,
            dict(self._counts),
            tuple(self._firings),
            misses,
            tuple(self._misses),
            self.earlier,
            self.like.said if self.like else None,
        )

    def _follow(self, firing: _Open, event: Event, *, ours: bool) -> None:
        if firing.outcome in ("same", "ours"):
            return
        if self.like and self.like.is_like(firing.event, event):
            firing.outcome = "ours" if ours else "same"
        elif event.include == "api:release" and self.like and self.like.alone and not ours and _is_new(firing, event):
            firing.outcome = "otherwise"

    def _miss(self, event: Event, at: float) -> None:
        """Unless the rule is not for this app."""
        aims = [
            part for part in self.rule.match.parts if part.paths and all(_is_about_app(path) for path in part.paths)
        ]
        if self.since is None or not all(part.holds(event.fields) for part in aims):
            return
        stopped = self._stopped.get(_app(event))
        gate = stopped[1] if stopped and 0 <= at - stopped[0] <= SAME_SECONDS else None
        self.missed += 1
        self._misses.append(Missed(event.id, _app(event), at, gate))

    def _is_known(self, event: Event) -> bool:
        """Whether another event told of the same release before."""
        id = str(event.data.get("id"))
        known = id in self._rollbacks
        self._rollbacks[id] = None
        if len(self._rollbacks) > RELEASES:
            self._rollbacks.popitem(last=False)
        return known

    def _settle(self, now: float) -> None:
        while self._open and now - self._open[0].at > QUIET_SECONDS:
            self._close("recovered")

    def _close(self, otherwise: Outcome) -> None:
        """Follow the oldest no longer; `otherwise` is what became of it if nothing else did."""
        firing = self._open.popleft()
        alike = self._open_of[app_of(firing.event)]
        alike.remove(firing)
        if not alike:
            del self._open_of[app_of(firing.event)]
        outcome = firing.outcome or ("went on" if firing.again else otherwise)
        self._counts[outcome] += 1
        self._firings.append(Firing(firing.event.id, _app(firing.event), firing.at, outcome))


def _app(event: Event) -> str:
    return (event.app and (event.app.name or event.app.id)) or ""


def _is_about_app(path: str) -> bool:
    return path.startswith("app.")


def _is_new(firing: _Open, event: Event) -> bool:
    """Whether the event tells that another release was made than the one that the rule fired about."""
    if event.action != "create":
        return False
    about = firing.event.data.get("id") if firing.event.include == "api:release" else None
    release = firing.event.data.get("release")
    about = about or (release.get("id") if isinstance(release, dict) else None)
    return event.data.get("id") != about
