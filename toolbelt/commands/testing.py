"""`bin/dynohook rules test`: the tests in rule files, run on a clock of their own."""

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from rules.trials.covering import coverage
from rules.trials.suites import Case, Suite, suites
from rules.trials.testing import run
from toolbelt.commands.common import Unusable, as_json, examples, print_json
from toolbelt.commands.loading import rules_of
from toolbelt.commands.verdicts import Verdict, coverage_in_words, in_words, junit
from toolbelt.commands.verdicts import as_json as verdict_json
from workers.actions import SPECS


@click.command(
    "test",
    epilog=examples(
        "bin/dynohook rules test",
        "bin/dynohook rules test my-rules.yaml -k crash",
        "bin/dynohook rules test --coverage --junit report.xml",
    ),
)
@click.argument("paths", nargs=-1, metavar="[FILES OR FOLDERS]")
@click.option("-k", "wanted", metavar="TEXT", default="", help="Only tests whose name, file or rules hold this text.")
@click.option("--coverage", "demand", is_flag=True, help="Also fail if a rule was not seen both firing and not firing.")
@click.option("--junit", "report", type=click.Path(dir_okay=False, path_type=Path), help="Write JUnit's XML here.")
@as_json
def test(*, paths: tuple[str, ...], wanted: str, demand: bool, report: Path | None, as_json: bool) -> None:
    """Run the tests that stand in rule files.

    Nothing is touched and no time passes: events come at the times that a test gives them, and every run is taken to
    have been done at once. A test is about the rules of its own file, and it is exact: a rule that fires though nobody
    expected it fails the test. A rule in shadow counts as if it were live; one that is off does not fire.

    Ends with 0 if all tests passed, 1 if one failed, 2 if nothing could be tested: the rules do not load, or there is
    no such test. FILES OR FOLDERS count instead of RULES_PATH.
    """
    sources, book = rules_of(paths)
    found = suites(sources, book)
    verdicts = list(tested(found, wanted))
    if not verdicts:
        raise Unusable(
            f"no test has {wanted!r} in its name, file or rules" if wanted else "there is no test in the rules"
        )
    covered = coverage((suite, [v.result for v in verdicts if v.suite is suite]) for suite in found)
    lacking = [one.rule for one in covered if not one.whole] if demand or not wanted else []
    if report:
        report.write_text(junit(verdicts), encoding="utf-8")
    if as_json:
        tests = [verdict_json(verdict) for verdict in verdicts]
        print_json({"tests": tests, "coverage": [one._asdict() for one in covered]})
    else:
        tell(verdicts, coverage_in_words(covered) if lacking else ())
    if any(not verdict.result.passed for verdict in verdicts) or (demand and lacking):
        raise SystemExit(1)


def tested(found: Sequence[Suite], wanted: str) -> Iterator[Verdict]:
    """Every test that is wanted, run."""
    for suite in found:
        for case in suite.cases:
            if is_wanted(suite, case, wanted):
                began = time.perf_counter()
                result = run(case.model, suite.book, actions=SPECS)
                yield Verdict(suite, case, result, time.perf_counter() - began)


def is_wanted(suite: Suite, case: Case, wanted: str) -> bool:
    """Whether the text stands in the test's name, its file's, or that of a rule that it expects something of."""
    named = (one.rule for expected in (case.model.expect, case.model.expect_not) for one in expected)
    return any(wanted.lower() in text.lower() for text in (case.model.name, suite.file, *named))


def tell(verdicts: Sequence[Verdict], lacks: Iterable[str]) -> None:
    """Each file with its tests, then what went wrong, then how many, and what no test shows."""
    file = ""
    for verdict in verdicts:
        if verdict.suite.file != file:
            file = verdict.suite.file
            click.echo(file)
        click.echo(f"   {'passed' if verdict.result.passed else 'FAILED'}   {verdict.case.model.name}")
    failed = [verdict for verdict in verdicts if not verdict.result.passed]
    for verdict in failed:
        click.echo(f"\n{verdict.case.place}: {verdict.case.model.name}")
        for failure in verdict.result.failures:
            for line in in_words(failure):
                click.echo(f"   {line}")
    number = "1 test" if len(verdicts) == 1 else f"{len(verdicts)} tests"
    click.echo(f"\n{number}, {len(failed)} failed." if failed else f"\n{number}, all passed.")
    for line in lacks:
        click.echo(line)
