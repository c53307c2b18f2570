"""The mutants still fit the source; and, with `bin/test --faults`, each is killed by each of its tests."""

import ast

import pytest

from tests.harness.rounds import only_with_many
from tests.mutants.mutants import MUTANTS, Mutant
from tests.mutants.trials import misfits, tried
from toolbelt.crew import HOME

EACH = pytest.mark.parametrize("mutant", [pytest.param(mutant, id=mutant.name) for mutant in MUTANTS])


@EACH
def test_a_mutant_fits_the_source(mutant: Mutant) -> None:
    assert not misfits(mutant)


@EACH
def test_a_mutant_is_a_program_and_another_one(mutant: Mutant) -> None:
    for file in {change.file for change in mutant.changes}:
        source = (HOME / file).read_text()
        changed = source
        for change in mutant.changes:
            if change.file == file:
                changed = changed.replace(change.old, change.new)
        assert changed != source
        if file.endswith(".py"):
            ast.parse(changed)


@EACH
def test_the_tests_that_kill_a_mutant_exist(mutant: Mutant) -> None:
    for killer in mutant.killers:
        file, _, name = killer.partition("::")
        assert f"def {name}(" in (HOME / file).read_text()


def test_the_nine_mistakes_are_nine() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == 9


@pytest.mark.faults
@pytest.mark.timeout(600)
@only_with_many
@EACH
def test_a_mutant_is_killed_by_each_of_its_tests(mutant: Mutant) -> None:
    verdict = tried(mutant)
    assert verdict.killed, verdict.output
