"""What agents of a run have said, for a person to read: while they say it, and afterwards."""

from collections.abc import Sequence

import click

from core.telling.transcripts import Told
from heroku.inference.hearing import Part
from heroku.redacting import without_secrets
from toolbelt.printable import printable

SHOWN = {"text": "", "call": "→ {name} ", "result": "← {name} "}


def parts(told: Told) -> list[Part]:
    """Those that were kept."""
    return [Part(part["kind"], part.get("text", ""), part.get("name", "")) for part in told.transcript["parts"]]


def print_new(told: Sequence[Told], printed: int) -> int:
    """Prints what has come since so many parts were printed; answers how many there are now."""
    whole = sum(len(each.transcript["parts"]) + int(each.transcript.get("left_out", 0)) for each in told)
    kept = [(each.name, part) for each in told for part in parts(each)]
    new = min(whole - printed, len(kept))
    for name, part in kept[len(kept) - new :]:
        click.echo(f"{name}: {shown(part)}")
    return whole


def shown(part: Part) -> str:
    """A part as a terminal may show it: no secret, and nothing that would move the cursor."""
    return printable(SHOWN[part.kind].format(name=part.name) + without_secrets(part.text))
