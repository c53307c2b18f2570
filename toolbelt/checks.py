"""`bin/test`: style, types, layers and dependencies, then the tests; the first failing half ends it."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import click

from toolbelt.crew import HOME
from toolbelt.environment import NOBODY, without_the_callers

# What is checked → the command that checks it.
CHECKS: Mapping[str, Sequence[str]] = {
    "style": ("ruff", "check", "."),
    "format": ("ruff", "format", "--check", "."),
    "types": ("mypy",),
    "layers": ("lint-imports",),
    "dependencies": ("deptry", "."),
}


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": ["-h", "--help"]},
    epilog="Examples: bin/test · bin/test --fast · bin/test tests/rules -k glob · bin/test --faults -m faults",
)
@click.option("--fast", is_flag=True, help="A look between two edits: no static checks, no faults.")
@click.option("--faults", is_flag=True, help="The long campaigns: many rounds of each fault instead of a few.")
@click.option("--mutants", is_flag=True, help="Only this: make nine known mistakes, and see the tests find each.")
@click.argument("for_pytest", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST ARGUMENTS]")
def main(*, fast: bool, faults: bool, mutants: bool, for_pytest: tuple[str, ...]) -> None:
    """Check everything: style, format, types, layers and dependencies, then the tests on two processes.

    Arguments that are not options of this command go to pytest. The caller's own HEROKU_*, REDIS_URL and
    other settings of the service are not seen by any test, and no address outside this machine is called.
    FAULTS_SEED=NUMBER plays the rounds of an earlier run again: the names of the tests show it.
    """
    environment = without_the_callers(os.environ) | {"HEROKU_API_URL": NOBODY}
    if faults:
        environment["FAULTS"] = "many"
    if mutants:
        become(["-m", "tests.mutants"], environment)
    if not fast and (failed := failing(environment)):
        sys.exit(f"not right: {', '.join(failed)}. The tests were not run.")
    chosen = [*(("-m", "not faults") if fast else ()), *absolute(for_pytest)]
    # Some tests mostly wait: whoever has none left takes over some of the other's.
    become(["-m", "pytest", "-n", "2", "--dist", "worksteal", *chosen], environment)


def become(arguments: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    """From here on this process is another Python: signals and the exit status are its own."""
    sys.stdout.flush()
    os.chdir(HOME)
    os.execve(sys.executable, [sys.executable, *arguments], environment)  # noqa: S606


def failing(environment: dict[str, str], *, checks: Mapping[str, Sequence[str]] = CHECKS) -> list[str]:
    """Run all static checks side by side; the names of those that failed, after what they said."""
    begun = {name: begin(command, environment) for name, command in checks.items()}
    failed = []
    for name, process in begun.items():
        said, _ = process.communicate()
        print(f"{name:<14}{'failed' if process.returncode else 'right'}", flush=True)
        if process.returncode:
            print(said, flush=True)
            failed.append(name)
    return failed


def begin(command: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, cwd=HOME, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def absolute(arguments: Iterable[str]) -> list[str]:
    """Paths are meant from the caller's folder, but the tests run from ours."""
    return [str(Path(each).absolute()) if Path(each.partition("::")[0]).exists() else each for each in arguments]


if __name__ == "__main__":
    main(prog_name="bin/test")
