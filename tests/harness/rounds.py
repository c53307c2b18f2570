"""How many rounds of each fault: a few always, many with `bin/test --faults`; each with a seed that its name shows.

FAULTS_SEED=<number> plays the same rounds again.
"""

import os
import random
import zlib

import pytest

MANY = os.environ.get("FAULTS") == "many"
ROUNDS = int(os.environ.get("FAULTS_ROUNDS", "10"))


def _first() -> int:
    given = os.environ.get("FAULTS_SEED")
    if given:
        return int(given)
    # All processes of one run of pytest-xdist must collect the same names.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    return zlib.crc32(run.encode()) if run else random.randrange(2**32)


FIRST = _first()


def rounds(always: int = 1, *, many: int = ROUNDS) -> pytest.MarkDecorator:
    """Run the test so often, each time with another `seed`."""
    number = many if MANY else always
    seeds = [pytest.param(FIRST + each, id=f"seed {FIRST + each}") for each in range(number)]
    return pytest.mark.parametrize("seed", seeds)


only_with_many = pytest.mark.skipif(not MANY, reason="a long one: bin/test --faults")
