"""What happened since the last look, each thing once, as lines that a newcomer understands."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import redis

from core.hands import Hands
from core.runs import Run
from heroku import events
from heroku.events import Event
from rules.durations import in_words
from rules.rulebook import Rule, Rulebook
from toolbelt.simulator.remote import Remote
from toolbelt.simulator.views import AppView, CallView, DeliveryView

HOW = {"pending": "is pending: its release phase runs", "succeeded": "succeeded, and is to go live"}
RUNS_SHOWN = 100  # the newest


class Happening(NamedTuple):
    """Who did something, what (a sentence), and when (seconds since 1970)."""

    who: str
    what: str
    at: float


@dataclass
class Happenings:
    """Looks at the fake Heroku from outside and at the ledger from inside; remembers what it has told."""

    heroku: Remote
    ledger: redis.Redis
    book: Rulebook
    repeat: int
    _told: set[tuple[str, ...]] = field(default_factory=set)

    def look(self) -> list[Happening]:
        """What is new, in the order in which it happened."""
        return sorted(self._new(), key=lambda happening: happening.at)

    def runs(self) -> list[Run]:
        """All runs, the oldest first."""
        return Hands(self.ledger).runs(most=RUNS_SHOWN)[::-1]

    def counted(self) -> dict[str, int]:
        """What the service has counted of itself."""
        counters: dict[str, int] = Hands(self.ledger).status()["counters"]
        return counters

    def _new(self) -> Iterator[Happening]:
        for delivery in self.heroku.deliveries():
            if self._is_whole(delivery) and self._is_new("delivery", delivery.id):
                yield from self._delivered(delivery)
        for run in self.runs():
            if self._is_new("run", run.id):
                yield self._decided(run)
            yield from self._went_on(run)
        for call in self.heroku.calls():
            if call.method != "GET" and call.status is not None and self._is_new("call", str(call.number)):
                yield called(call, self.heroku.state().apps)

    def _is_new(self, *thing: str) -> bool:
        if thing in self._told:
            return False
        self._told.add(thing)
        return True

    def _is_whole(self, delivery: DeliveryView) -> bool:
        return delivery.status == "succeeded" and len(delivery.attempts) >= self.repeat

    def _delivered(self, delivery: DeliveryView) -> Iterator[Happening]:
        kept = Hands(self.ledger).event(delivery.event_id).kept
        what = news(events.read(kept.body)) if kept else None
        if what:
            at = delivery.attempts[0].at.timestamp()
            yield Happening("heroku", what, at)
            yield Happening("web", heard(delivery), at)

    def _decided(self, run: Run) -> Happening:
        rule = self.book.rule(run.rule)
        if rule is None or run.event is None:
            what = f"{run.rule}: {run.plan['steps'][0]['params'].get('text', run.id)}"
            return Happening("worker", what, run.planned_at)
        return Happening("worker", f"rule {run.rule} matched: {', '.join(asked(rule))}.", run.planned_at)

    def _went_on(self, run: Run) -> Iterator[Happening]:
        for position, name in enumerate(step["name"] for step in run.plan["steps"]):
            step = run.journal.get(f"step:{position}")
            if step is None or not step.sentence or step.state == "started":  # then the call itself is told
                continue
            if self._is_new("step", run.id, name, step.state, step.sentence):
                yield Happening("worker", f"{name}, {step.state}: {step.sentence}", step.at)


def asked(rule: Rule) -> Iterator[str]:
    """What a rule asks for: of the event, of what came before it, and how often."""
    yield from rule.match.clauses
    if rule.after:
        yield f"at most {in_words(rule.after.within_seconds)} after {', '.join(map(str, rule.after.on))}"
    if rule.count:
        yield f"{rule.count.at_least} times within {in_words(rule.count.within_seconds)}"


def news(event: Event) -> str | None:
    """What an event means to a person; None for the everyday ones."""
    data: dict[str, Any] = event.data
    match event.include, data:
        case "api:release", {"version": version, "status": status, "description": description}:
            how = "is live" if data.get("current") else HOW.get(status, str(status))
            return f"v{version} ({description}) {how}."
        case "dyno", {"state": "crashed", "name": name, "release": {"version": version}}:
            return f"{name} of v{version} crashed."
    return None


def heard(delivery: DeliveryView) -> str:
    answers = ", ".join(str(attempt.status) for attempt in delivery.attempts)
    times = len(delivery.attempts)
    return f"took {times} signed deliveries of that ({answers}): kept once, {times - 1} repeats."


def called(call: CallView, apps: Sequence[AppView]) -> Happening:
    """The call with names in the place of ids."""
    what = f"{call.method} {call.path} {json.dumps(call.body)}"
    for app in apps:
        what = what.replace(app.id, app.name)
        for release in app.releases:
            what = what.replace(release.id, f"id of v{release.version}")
    return Happening("worker", f"asked Heroku: {what}, and was answered {call.status}.", call.at.timestamp())
