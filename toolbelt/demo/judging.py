"""What must be true when the curtain falls."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.runs import Run
from toolbelt.simulator.views import AppView, CallView, DeliveryView


class Verdict(NamedTuple):
    """A sentence, and whether it is true."""

    holds: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How things stood at the end: on the fake Heroku, and in the ledger."""

    app: AppView
    deliveries: Sequence[DeliveryView]
    calls: Sequence[CallView]
    counted: Mapping[str, int]
    runs: Sequence[Run]


def verdicts(ending: Ending, *, repeat: int, good: int, outcomes: Mapping[str, str]) -> Iterator[Verdict]:
    """Each thing that must be true. `good` is the version to go back to; `outcomes` says what each rule came to."""
    yield delivered(ending, repeat)
    yield kept_once(ending, repeat)
    yield called_once(ending, good)
    yield rolled_back(ending.app, good)
    yield recorded(ending.runs, outcomes)


def delivered(ending: Ending, repeat: int) -> Verdict:
    attempts = [[attempt.status for attempt in delivery.attempts] for delivery in ending.deliveries]
    return Verdict(
        bool(attempts) and all(each == [202] * repeat for each in attempts),
        f"{len(attempts)} deliveries were sent {repeat} times each, and every one was acknowledged.",
    )


def kept_once(ending: Ending, repeat: int) -> Verdict:
    counted = ending.counted
    kept, repeats, decided = (counted.get(name, 0) for name in ("accepted", "duplicate", "decided"))
    events = {delivery.event_id for delivery in ending.deliveries}
    return Verdict(
        kept == decided == len(events) and repeats == len(ending.deliveries) * repeat - kept,
        f"{kept} events were kept, and {decided} decided, each once; {repeats} repeats were told apart.",
    )


def called_once(ending: Ending, good: int) -> Verdict:
    changing = [call for call in ending.calls if call.method != "GET"]
    target = next((release.id for release in ending.app.releases if release.version == good), None)
    right = [call for call in changing if call.path.endswith("/releases") and call.body == {"release": target}]
    return Verdict(
        len(changing) == len(right) == 1,
        f"Of {len(ending.calls)} calls to Heroku's API, {len(changing)} changed something: "
        f"{len(right)} rollback to v{good}.",
    )


def rolled_back(app: AppView, good: int) -> Verdict:
    current = app.current
    live = current is not None and current.id == app.newest.id and current.description == f"Rollback to v{good}"
    name = f"v{current.version} ({current.description})" if current else "nothing"
    return Verdict(live and app.well, f"{name} is live, and its dynos are {'up' if app.well else 'not up'}.")


def recorded(runs: Sequence[Run], outcomes: Mapping[str, str]) -> Verdict:
    found = sorted((run.rule, run.state) for run in runs)
    return Verdict(
        found == sorted(outcomes.items()),
        "The record says " + ", ".join(f"of {rule}: {state}" for rule, state in found) + ".",
    )
