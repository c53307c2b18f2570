"""The checker: how things must stand once everything has settled, whatever happened on the way."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import cast

from core import layout
from core.sightings import NotThere
from tests.harness.stage import Stage
from tests.harness.workload import Workload
from toolbelt.simulator.views import CallView

# What the rules of these tests were granted; and what a worker asks in its own name, about its own account.
ALLOWED = re.compile(r"^(GET /apps/[^/]+/releases(/[^/]+)?|POST /apps/[^/]+/releases|GET /account(/rate-limits)?)$")
SETTLED = {"done", "not needed", "failed", "stopped", "dead"}


def judge(
    stage: Stage, work: Workload, *, dead: Collection[str] = (), lost: bool = False, let_go: bool = False
) -> None:
    """Fails with everything that does not hold. `dead`: events that must be dead letters.

    `lost`: Redis lost its data on the way, so that only what was done to Heroku can be judged. `let_go`: memory was
    so short that decided events had to go; then the counters must still tell of them.
    """
    print(figures(stage, work))
    found = [*effects(stage, work), *beyond_access(stage, work), *secrets_told(stage)]
    if not lost:
        found += [*undecided(stage, work, dead, let_go), *miscounted(stage, dead), *runs_gone_wrong(stage, work, dead)]
    assert not found, "\n".join(found) + "\n\nlast lines:\n" + "\n".join(stage.lines()[-40:])


def figures(stage: Stage, work: Workload) -> str:
    """What it was about, in one line; shown where a test fails, and with pytest's -s."""
    starts = ", ".join(f"{dyno.name} started {dyno.starts} times" for dyno in stage.dynos)
    statuses = ", ".join(f"{number} of {status or 'no answer'}" for status, number in stage.sender.statuses.items())
    return f"{len(work.ids)} events, {len(changes(stage))} changes for {len(work.effects)}; {statuses}; {starts}"


def undecided(stage: Stage, work: Workload, dead: Collection[str], let_go: bool) -> Iterator[str]:
    """Every event that was acknowledged is decided exactly once, or a dead letter that can be seen."""
    for missing in work.ids - stage.sender.answers.keys():
        yield f"event {missing} was never acknowledged"
    letters = stage.hands.dead()
    for id in acknowledged(stage):
        try:
            event = stage.hands.event(id)
        except NotThere:
            if not let_go:
                yield f"event {id} was acknowledged and is gone"
            continue
        decisions = len(event.kept.decisions) if event.kept else 0
        if id in dead:
            if event.state != "dead" or f"decide {id}" not in letters or decisions:
                yield f"event {id} should be a dead letter; it is {event.state}, with {decisions} decisions"
        elif event.state != "decided" or decisions != 1:
            yield f"event {id} is {event.state}, with {decisions} decisions"
    for letter in letters:
        if letter.partition(" ")[2] not in dead:
            yield f"{letter} is a dead letter, and nothing was wrong with it"


def acknowledged(stage: Stage) -> set[str]:
    """The events that we, or the fake Heroku, were told are taken."""
    told = {delivery.event_id for delivery in stage.heroku.deliveries() if delivery.status == "succeeded"}
    return stage.sender.answers.keys() | told


def miscounted(stage: Stage, dead: Collection[str]) -> Iterator[str]:
    """Each event was accepted and decided once, repeats were told apart, and nothing was kept that nobody sent."""
    kept = {id.decode() for id in cast("list[bytes]", stage.redis.zrange(layout.EVENTS, 0, -1))}
    known = acknowledged(stage)
    for id in kept - known:
        yield f"event {id} is kept, and nobody sent it"
    for id, answers in stage.sender.answers.items():
        if answers.count("accepted") > 1:
            yield f"event {id} was accepted {answers.count('accepted')} times"
    counters = stage.hands.status()["counters"]
    if counters["accepted"] != len(known):
        yield f"{counters['accepted']} deliveries counted as accepted, {len(known)} events acknowledged"
    if counters["decided"] != len(known) - len(dead):
        yield f"{counters['decided']} events counted as decided, {len(known)} acknowledged"
    duplicates = sum(answers.count("duplicate") for answers in stage.sender.answers.values())
    if counters.get("duplicate", 0) < duplicates:
        yield f"{duplicates} deliveries were answered as duplicates, {counters.get('duplicate', 0)} counted"


def effects(stage: Stage, work: Workload) -> Iterator[str]:
    """Each effect once, and none where there should be none."""
    made = Counter(call.path.split("/")[2] for call in changes(stage))
    for app in work.effects:
        if made[app.id] != 1:
            yield f"{app.name} was changed {made[app.id]} times instead of once"
        now = stage.heroku.app(app.id).newest
        if not now.current or not now.description.startswith(("Rollback to", "Dynohook: code of")):
            yield f"{app.name} ended with v{now.version} ({now.description}), {now.status}"
    expected = {app.id for app in work.effects}
    for app_id in made.keys() - expected:
        yield f"app {app_id} was changed {made[app_id]} times, and nothing should have happened to it"


def changes(stage: Stage) -> list[CallView]:
    """The calls that changed something."""
    return [call for call in stage.heroku.calls(effect=True) if call.method != "GET"]


def beyond_access(stage: Stage, work: Workload) -> Iterator[str]:
    """Nothing was asked of Heroku that the rules were not granted."""
    for call in stage.heroku.calls():
        if not ALLOWED.match(f"{call.method} {call.path}"):
            yield f"{call.method} {call.path} is beyond what was granted"


def runs_gone_wrong(stage: Stage, work: Workload, dead: Collection[str]) -> Iterator[str]:
    """Every run has ended, and those with an effect say so."""
    expected = {app.id for app in work.effects}
    for run in stage.hands.runs(most=10_000):
        if run.state not in SETTLED:
            yield f"run {run.id} is {run.state}"
        if run.app in expected and run.rule == "roll-back-crashed" and run.state != "done" and run.event_id not in dead:
            journal = {field: (record.state, record.sentence) for field, record in run.journal.items()}
            yield f"run {run.id} of {run.app_name} is {run.state}: {json.dumps(journal)}"


def secrets_told(stage: Stage) -> Iterator[str]:
    """No line of any process holds a secret, a token, or a link that opens something."""
    words = [stage.environment["HEROKU_API_KEY"], *stage.environment["WEBHOOK_SECRET"].split(","), "output_stream_url"]
    for line in stage.lines():
        if any(word in line for word in words):
            yield "a line of the log holds a secret"
            return
