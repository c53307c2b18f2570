"""Tries one family, each case once, under a bound of memory; prints a JSON line before and after each.

Run as `python -m tests.rules.hostile FAMILY`.
"""

import json
import resource
import sys
import time
from pathlib import Path

from tests.rules.hostile.cases import FAMILIES, Case, loading, rule

MORE_MEGABYTES = 300  # than what the process has when it begins
UNIT_SIZE = 4_000  # characters of an ordinary rule file
ROUNDS = 5


def bound_memory() -> None:
    """From now on what asks for more than that fails."""
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    most = now + MORE_MEGABYTES * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def seconds(case: Case) -> tuple[str, float]:
    begun = time.process_time()
    try:
        outcome = case.try_()
    except MemoryError:
        outcome = "memory"
    except RecursionError:
        outcome = "recursion"
    return outcome, time.process_time() - begun


def unit() -> float:
    """What an ordinary rule file takes, the quickest of a few readings."""
    one = rule("match: {data.status: failed, app.name: {glob: 'acme-*'}}\nwhen: data.version > 2")
    many = one + "".join(one.partition("rules:\n")[2].replace("name: a", f"name: a{n}") for n in range(24))
    assert len(many) >= UNIT_SIZE
    return min(seconds(loading(many))[1] for _ in range(ROUNDS))


def main() -> None:
    bound_memory()
    print(json.dumps({"unit": unit()}), flush=True)
    for name, case in FAMILIES[sys.argv[1]].items():
        print(json.dumps({"begins": name}), flush=True)
        outcome, taken = seconds(case)
        print(json.dumps({"name": name, "outcome": outcome, "seconds": taken, "size": case.size}), flush=True)


if __name__ == "__main__":
    main()
