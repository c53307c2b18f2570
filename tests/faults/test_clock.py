"""A process whose clock is wrong, and jumps: only Redis's time counts."""

import random
from pathlib import Path

import pytest

from tests.harness import workload
from tests.harness.judging import judge
from tests.harness.stage import build
from toolbelt.crew import HOME, Crew
from toolbelt.servers import Server

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

WRONG_CLOCK = Path(__file__).parent.parent / "harness" / "clock"
JUMPS = (300.0, -300.0, 0.0, -300.0, 300.0)  # seconds


def test_a_worker_whose_clock_jumps_five_minutes_loses_and_doubles_nothing(
    crew: Crew, server: Server, tmp_path: Path
) -> None:
    off_by = tmp_path / "off_by"
    off_by.write_text("0")
    stage = build(crew, server)
    stage.add_worker(CLOCK_OFF_BY=str(off_by), PYTHONPATH=f"{WRONG_CLOCK}:{HOME}").wait_ready()
    work = workload.make(stage, random.Random(53), quiet=500, effects=15, repeats=50)
    burst = stage.sender.burst(work.documents)
    for number, jump in enumerate(JUMPS):
        burst.reached(number * 100)
        change(off_by, jump)
    stage.finish(burst)
    stage.settle()
    judge(stage, work)
    stage.close()


def change(path: Path, seconds: float) -> None:
    """At once, so that nobody reads half of it."""
    new = path.with_suffix(".new")
    new.write_text(str(seconds))
    new.replace(path)
