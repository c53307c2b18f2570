"""What agents of a run have said, for a person to read: while they say it, and afterwards."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import click
import redis

from core.answers import Answers
from core.hands import Hands
from heroku.inference.hearing import Part
from heroku.redacting import redacted

AGENT = "agent"
SHOWN = {"text": "", "call": "→ {name} ", "result": "← {name} "}


class Told(NamedTuple):
    """What the agent of one step has said."""

    name: str
    transcript: Mapping[str, Any]
    is_over: bool

    @property
    def parts(self) -> list[Part]:
        """Those that were kept."""
        return [Part(part["kind"], part.get("text", ""), part.get("name", "")) for part in self.transcript["parts"]]


def transcripts(client: redis.Redis, id: str) -> list[Told]:
    """Those of a run's agents that were asked, in the order of its steps."""
    run = Hands(client).run(id)
    answers = Answers(client, worker="")
    found = []
    for part, key in (("step", "steps"), ("failure", "on_failure")):
        for index, step in enumerate(run.plan.get(key) or ()):
            field = f"{part}:{index}"
            record = run.journal.get(field)
            if step["action"] != AGENT or record is None:
                continue
            if "transcript" in record.output:
                found.append(Told(step["name"], record.output["transcript"], is_over=True))
            elif (said := answers.look(f"{run.id}:{field}")) is not None:
                found.append(Told(step["name"], said.told.get("transcript", {"parts": []}), is_over=said.is_over))
    return found


def print_new(told: Sequence[Told], printed: int) -> int:
    """Prints what has come since so many parts were printed; answers how many there are now."""
    whole = sum(len(each.parts) + int(each.transcript.get("left_out", 0)) for each in told)
    parts = [(each.name, part) for each in told for part in each.parts]
    new = min(whole - printed, len(parts))
    for name, part in parts[len(parts) - new :]:
        click.echo(f"{name}: {shown(part)}")
    return whole


def shown(part: Part) -> str:
    """A part as a terminal may show it: no secret, and nothing that would move the cursor."""
    text = "".join(character if character.isprintable() or character == "\n" else " " for character in part.text)
    return SHOWN[part.kind].format(name=part.name) + redacted(text)
