"""A trial: the mutant in a copy of the tree, its tests run there, and which of them failed."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mutants import Mutant
from toolbelt.crew import HOME
from toolbelt.environment import without_the_callers

LONGEST = 400  # seconds for the tests of one mutant
COPIED = ("core", "heroku", "receiver", "rules", "tests", "toolbelt", "workers", "Procfile", "pyproject.toml")
FAILED = re.compile(r"^FAILED (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Verdict:
    """Which tests failed in the mutant, of those that had to; `output` is what pytest said."""

    mutant: Mutant
    failed: frozenset[str]
    seconds: float
    output: str

    @property
    def killed(self) -> bool:
        return set(self.mutant.killers) <= self.failed


def tried(mutant: Mutant) -> Verdict:
    """Run the trial. Raises ValueError if the mutant no longer fits the source."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dynohook-mutant-") as folder:
        tree = Path(folder)
        copy(tree)
        apply(mutant, tree)
        output = run(tree, mutant.killers)
    return Verdict(mutant, frozenset(FAILED.findall(output)), time.monotonic() - began, output)


def misfits(mutant: Mutant, tree: Path = HOME) -> list[str]:
    """What of it does not stand in the source exactly once."""
    return [
        f"{change.file} holds {change.old!r} {found} times"
        for change in mutant.changes
        if (found := (tree / change.file).read_text().count(change.old)) != 1
    ]


def copy(tree: Path) -> None:
    leave_out = shutil.ignore_patterns("__pycache__", ".*")
    for name in COPIED:
        source = HOME / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=leave_out)
        else:
            shutil.copy(source, tree / name)


def apply(mutant: Mutant, tree: Path) -> None:
    if wrong := misfits(mutant, tree):
        raise ValueError("; ".join(wrong))
    for change in mutant.changes:
        file = tree / change.file
        file.write_text(file.read_text().replace(change.old, change.new))


def run(tree: Path, tests: tuple[str, ...]) -> str:
    """What pytest says of these tests there; in a process group that ends with us."""
    options = ("-q", "--tb=line", "-rfE", "-p", "no:cacheprovider", "-p", "no:xdist")
    environment = without_the_callers(os.environ) | {"PYTHONPATH": str(tree), "COLUMNS": "400"}
    for name in [name for name in environment if name.startswith(("PYTEST_", "COV_"))]:
        del environment[name]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    return ran.stdout + ran.stderr
