"""What the agents of a run have said: while they say it, and afterwards."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from core.answers import Answers
from core.runs import Run
from core.telling.runs import steps

AGENT = "agent"


class Told(NamedTuple):
    """What the agent of one step has said; `field` is the step's line in the journal."""

    name: str
    field: str
    transcript: Mapping[str, Any]
    is_over: bool


def transcripts(run: Run, answers: Answers) -> list[Told]:
    """Those of the run's agents that were asked, in the order of its steps."""
    found = []
    for step in steps(run):
        if step.action != AGENT or step.record is None:
            continue
        if "transcript" in step.record.output:
            found.append(Told(step.name, step.field, step.record.output["transcript"], is_over=True))
        elif (said := answers.look(f"{run.id}:{step.field}")) is not None:
            transcript = said.told.get("transcript", {"parts": []})
            found.append(Told(step.name, step.field, transcript, is_over=said.is_over))
    return found
