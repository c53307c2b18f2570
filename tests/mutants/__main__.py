"""`python -m tests.mutants`: tries all mutants and prints a table; ends with 0 if all were killed."""

import sys

from tests.mutants.mutants import MUTANTS
from tests.mutants.trials import Verdict, tried


def main() -> int:
    verdicts = []
    for mutant in MUTANTS:
        verdict = tried(mutant)
        verdicts.append(verdict)
        print(line(verdict), flush=True)
        if not verdict.killed:
            print(verdict.output, flush=True)
    killed = sum(verdict.killed for verdict in verdicts)
    print(f"{killed} of {len(verdicts)} mutants were killed.")
    return 0 if killed == len(verdicts) else 1


def line(verdict: Verdict) -> str:
    mutant = verdict.mutant
    state = "killed" if verdict.killed else "LIVES"
    tests = ", ".join(test.partition("::")[2] for test in mutant.killers)
    return f"{mutant.name:<36}{state:<8}{verdict.seconds:>6.1f} s  {tests}"


if __name__ == "__main__":
    sys.exit(main())
