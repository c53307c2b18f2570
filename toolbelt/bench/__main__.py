"""`bin/bench`: measure, and say which goals were met."""

import json
import sys

import click
from rich.console import Console
from rich.table import Table

from toolbelt.bench.figures import Figure, number
from toolbelt.bench.measures import MEASURES
from toolbelt.commands.common import examples
from toolbelt.crew import Crew


@click.command(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=examples("bin/bench", "bin/bench --only accepts --seconds 10", "bin/bench --json"),
)
@click.option("--only", type=click.Choice(sorted(MEASURES)), multiple=True, help="Measure only this; may be repeated.")
@click.option("--seconds", default=5.0, show_default=True, help="How long each load lasts.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(only: tuple[str, ...], seconds: float, as_json: bool) -> None:  # noqa: FBT001
    """Measure accepts, decisions, reactions, footprint, budgets, the client and the rules here, load included.

    Compare the ratios of one run; absolute figures belong to the machine they were measured on.
    """
    console = Console(stderr=True)
    figures: list[Figure] = []
    for name, measure in MEASURES.items():
        if only and name not in only:
            continue
        with Crew() as crew:
            figures += measure(crew, seconds, lambda line: console.print(f"[dim]{line}[/dim]"))
    if as_json:
        print(json.dumps([figure.to_json() for figure in figures], indent=2))
    else:
        Console().print(_table(figures))
    sys.exit(0)


def _table(figures: list[Figure]) -> Table:
    table = Table("figure", "measured", "goal", "", box=None, pad_edge=False)
    for figure in figures:
        goal = f"{figure.goal[0]} {number(figure.goal[1])}" if figure.goal else ""
        mark = {True: "[green]met[/green]", False: "[red]missed[/red]", None: ""}[figure.met]
        table.add_row(
            figure.name, f"{number(figure.value)} {figure.unit}".strip(), goal, f"{mark} {figure.note}".strip()
        )
    return table


if __name__ == "__main__":
    main(prog_name="bin/bench")
