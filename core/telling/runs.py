"""A run for people: its steps, the sentence that matters most, and the whole as plain JSON values."""

from collections.abc import Iterator
from typing import Any

from core import layout
from core.runs import Run, StepRecord

UNDER_WAY = ("due", "queued", "running", "needs approval")  # states of a run that has not ended
WRONG = ("failed", "denied", "unknown")


def steps(run: Run) -> Iterator[tuple[str, str, str]]:
    """Each step: its name, its state, its sentence. Those of `on_failure` only once they were looked at."""
    if record := run.journal.get("approval:0"):
        yield "approval", *told(run, record)
    for index, step in enumerate(run.plan["steps"]):
        yield step["name"], *told(run, run.journal.get(f"step:{index}"))
    for index, step in enumerate(run.plan.get("on_failure") or ()):
        if record := run.journal.get(f"failure:{index}"):
            yield step["name"], *told(run, record)


def told(run: Run, record: StepRecord | None) -> tuple[str, str]:
    """State and sentence of a step. In a run that has ended nothing waits and nothing is planned any more."""
    over = run.state not in UNDER_WAY
    if record is None:
        return ("not taken", "") if over else ("planned", "")
    if over and record.state == "waiting":
        return "stopped", f"It was waiting: {record.sentence}"
    return record.state, record.sentence


def gist(run: Run) -> str:
    """The sentence that matters most: what was told of our own trouble, what went wrong, else what came first."""
    if run.rule == layout.SYSTEM:
        return str(run.plan["steps"][0]["params"].get("text", ""))
    told = [(state, sentence) for _, state, sentence in steps(run) if sentence]
    wrong = [sentence for state, sentence in told if state in WRONG]
    return next(iter([*wrong, *(sentence for _, sentence in told)]), run.note)


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
        "steps": [{"name": name, "state": state, "sentence": sentence} for name, state, sentence in steps(run)],
    }
