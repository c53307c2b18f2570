"""What deciding costs by itself, in one process and without Redis: matching, expressions, and reading rule files."""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from heroku import samples
from heroku.events import Event, read
from rules.deciding import decide
from rules.files.loading import Source, load
from rules.rulebook import Rulebook
from toolbelt.bench.figures import Figure
from toolbelt.crew import Crew
from workers.actions import SPECS

Tell = Callable[[str], None]

ROUNDS = 21  # of which each measures all, one right after the other
ROUND_SECONDS = 0.05
MANY = 1_000
LISTENING = 10
PASSED_OVER = "match: {data.status: failed, app.name: other}"  # by far the commonest first clause: one wanted text
ASKED = "match: {data.status: succeeded, data.version: {gt: 100000}}"  # the first holds, so the second is asked too
WHEN = "when: data.version > 100000 && !data.description.startsWith('Rollback')"


def ruling(crew: Crew, seconds: float, tell: Tell) -> Iterator[Figure]:  # noqa: ARG001  (nothing is started, and a time of its own)
    """Decisions on a release that no rule matches, by processor time; what is compared was taken in turns."""
    tell(f"ruling: {ROUNDS} rounds of decisions without Redis")
    now = datetime.now(UTC)
    event = read(samples.encode(samples.sample("release_update_succeeded", at=now)))
    books = {
        "one": book([rule(0, PASSED_OVER)]),
        "many": book([rule(n, PASSED_OVER) for n in range(MANY)]),
        "asked": book([rule(0, ASKED)]),
        "few asked": book([rule(n, ASKED) for n in range(LISTENING)]),
        "many asked": book([rule(n, ASKED) for n in range(MANY)]),
        "when": book([rule(0, WHEN)]),
    }
    rounds = [{name: cost(one, event, now) for name, one in books.items()} for _ in range(ROUNDS)]

    note = f"median of {ROUNDS} rounds"
    ratio = statistics.median(costs["many"] / costs["one"] for costs in rounds)
    yield Figure(f"an event held against {MANY:,} rules ÷ against one, none matching", ratio, "ratio", ("≤", 1.2), note)
    for name, number, goal in (("asked", 1, 100_000), ("few asked", LISTENING, 100_000), ("many asked", MANY, None)):
        bound = ("≥", float(goal)) if goal else None
        said = f"decisions by `match`, two clauses asked of {number:,} rule{'s' if number > 1 else ''}"
        yield Figure(said, 1 / statistics.median(costs[name] for costs in rounds), "/s", bound)
    yield Figure("decisions by `when`, asked of one rule", 1 / statistics.median(c["when"] for c in rounds), "/s")
    tell(f"ruling: reading {MANY:,} rules")
    text = written([rule(n, ASKED) for n in range(MANY)])
    begun = time.process_time()
    load([Source("rules.yaml", text)], actions=SPECS)
    yield Figure(
        f"reading a file of {MANY:,} rules", time.process_time() - begun, "s", note=f"{len(text):,} characters"
    )


def cost(one: Rulebook, event: Event, now: datetime) -> float:
    """Seconds of processor time for one decision, on which nothing may match."""
    if decide(one, event, now=now).matched:
        raise ValueError("a rule matched an event that none should match")
    made, begun = 0, time.process_time()
    while (taken := time.process_time() - begun) < ROUND_SECONDS:
        for _ in range(10):
            decide(one, event, now=now)
        made += 10
    return taken / made


def rule(number: int, clauses: str) -> str:
    """A rule that matches no release that succeeded."""
    lines = (f"name: rule-{number}", "on: api:release.update", clauses, "do: [{notify: {to: log, text: x}}]")
    return "  - " + "\n    ".join(lines)


def book(rules: list[str]) -> Rulebook:
    return load([Source("rules.yaml", written(rules))], actions=SPECS)


def written(rules: list[str]) -> str:
    return "version: 1\nrules:\n" + "\n".join(rules) + "\n"
