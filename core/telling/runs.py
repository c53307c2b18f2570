"""A run for people: its steps, the sentence that matters most, and the whole as plain JSON values."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from core import layout
from core.runs import Run, StepRecord

UNDER_WAY = ("due", "queued", "running", "needs approval")  # states of a run that has not ended
WRONG = ("failed", "denied", "unknown")


class StepTold(NamedTuple):
    """A step of a run in words; `field` is its line in the journal, `record` None until it was looked at."""

    name: str
    action: str
    state: str
    sentence: str
    field: str
    record: StepRecord | None


def steps(run: Run) -> Iterator[StepTold]:
    """Each step in its order. Those of `on_failure`, and the question before all, only once they were looked at."""
    if record := run.journal.get("approval:0"):
        yield StepTold("approval", "approval", *told(run, record), "approval:0", record)
    for index, step in enumerate(run.plan["steps"]):
        record = run.journal.get(f"step:{index}")
        yield StepTold(step["name"], step["action"], *told(run, record), f"step:{index}", record)
    for index, step in enumerate(run.plan.get("on_failure") or ()):
        if record := run.journal.get(f"failure:{index}"):
            yield StepTold(step["name"], step["action"], *told(run, record), f"failure:{index}", record)


def told(run: Run, record: StepRecord | None) -> tuple[str, str]:
    """State and sentence of a step. In a run that has ended nothing waits and nothing is planned any more."""
    over = run.state not in UNDER_WAY
    if record is None:
        return ("not taken", "") if over else ("planned", "")
    if over and record.state == "waiting":
        return "stopped", f"It was waiting: {record.sentence}"
    return record.state, record.sentence


def gist(run: Run) -> str:
    """The sentence that matters most: what was told of our own trouble, what is asked of a person, what went wrong,
    else what came first."""
    if run.rule == layout.SYSTEM and (text := run.plan["steps"][0]["params"].get("text")):
        return str(text)
    told = [step for step in steps(run) if step.sentence]
    asks = [step for step in told if run.state == "needs approval" and step.state == "waiting"]
    wrong = [step for step in told if step.state in WRONG]
    return next((step.sentence for step in [*asks, *wrong, *told]), run.note)


def run_json(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "rule": run.rule,
        "mode": run.mode,
        "state": run.state,
        "app": run.app_name,
        "event": run.event_id,
        "planned_at": run.planned_at,
        "note": run.note,
        "approval": dict(run.approval) if run.approval else None,
        "steps": [{"name": step.name, "state": step.state, "sentence": step.sentence} for step in steps(run)],
    }
