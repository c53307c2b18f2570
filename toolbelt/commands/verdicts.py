"""What came of tests of rules: in words for a person, as JSON for programs, as JUnit's XML for what runs tests."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, assert_never
from xml.etree import ElementTree

from core.telling.words import gate_in_words
from rules.explaining import sentence
from rules.trials.comparing import Broken, Different, Failure, OtherGate, Sighting, Silent, Unexpected, texts_of
from rules.trials.covering import Coverage
from rules.trials.happening import offset
from rules.trials.rehearsing import Firing
from rules.trials.suites import Case, Suite
from rules.trials.testing import Result

MOST_SIGHTINGS = 12  # of a rule that did not fire
LONGEST_TEXT = 200  # characters of a step's text


class Verdict(NamedTuple):
    """A test, what came of it and how long it took."""

    suite: Suite
    case: Case
    result: Result
    seconds: float


def in_words(failure: Failure) -> Iterator[str]:
    """A failure in lines, the first one the heading of the others."""
    match failure:
        case Silent(expected, sightings):
            yield f"{expected.rule} was expected to fire{_at(expected.at)} and did not."
            yield from _sightings(sightings)
        case Different(expected, differences):
            yield f"{expected.rule} fired, but not quite as expected:"
            widest = max(len(what) for what, _, _ in differences)
            for what, wanted, happened in differences:
                yield f"   {what:<{widest}}   expected {_cut(wanted)}"
                yield f"   {'':<{widest}}   happened {_cut(happened)}"
        case Unexpected(firing):
            yield f"{firing.judged.rule.name} fired, and nobody expected it:"
            yield from (f"   {line}" for line in fired_in_words(firing))
            yield f"   If that is right, expect {_written(firing)}"
        case OtherGate(expected, sightings):
            yield f"{expected.rule} was to be stopped by `{expected.gate}`{_at(expected.at)} and was not."
            yield from _sightings(sightings)
        case Broken(message):
            yield f"The test is wrong: {message}."
        case _:
            assert_never(failure)


def fired_in_words(firing: Firing) -> Iterator[str]:
    """When a rule fired, for what, and what its steps would have done."""
    judged = firing.judged
    yield f"at {offset(judged.at):g}s, by {judged.event.include}.{judged.event.action}, for the key {judged.key}"
    for taken in firing.steps:
        yield f"{taken.step.name}: {_cut('; '.join(texts_of(taken.params)))}"


def as_json(verdict: Verdict) -> dict[str, Any]:
    """A test for a program."""
    return {
        "file": verdict.suite.file,
        "place": verdict.case.place,
        "name": verdict.case.model.name,
        "passed": verdict.result.passed,
        "seconds": round(verdict.seconds, 6),
        "failures": ["\n".join(in_words(failure)) for failure in verdict.result.failures],
        "fired": [expectation(firing) for firing in verdict.result.firings],
    }


def expectation(firing: Firing) -> dict[str, Any]:
    """A firing as a test would expect it."""
    judged = firing.judged
    do = [taken.step.name for taken in firing.steps]
    return {"rule": judged.rule.name, "at": f"{offset(judged.at):g}s", "key": judged.key, "do": do}


def _written(firing: Firing) -> str:
    told = expectation(firing)
    return f"{{rule: {told['rule']}, at: {told['at']}, do: [{', '.join(told['do'])}]}}"


def coverage_in_words(covered: Sequence[Coverage]) -> Iterator[str]:
    """The rules of which not everything was seen."""
    never_fired = [one.rule for one in covered if not one.fired]
    never_spared = [one.rule for one in covered if not one.spared]
    if never_fired:
        yield f"No test that passed shows these rules firing: {', '.join(never_fired)}."
    if never_spared:
        yield f"No test that passed shows these rules not firing: {', '.join(never_spared)}."


def junit(verdicts: Iterable[Verdict]) -> str:
    """JUnit's XML: a suite for each file, a case for each test."""
    root = ElementTree.Element("testsuites")
    by_file: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_file.setdefault(verdict.suite.file, []).append(verdict)
    for file, own in by_file.items():
        root.append(_junit_suite(file, own))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _junit_suite(file: str, verdicts: Sequence[Verdict]) -> ElementTree.Element:
    failed = sum(not verdict.result.passed for verdict in verdicts)
    seconds = sum(verdict.seconds for verdict in verdicts)
    counts = {"tests": str(len(verdicts)), "failures": str(failed), "errors": "0", "skipped": "0"}
    suite = ElementTree.Element("testsuite", {"name": _xml(file), **counts, "time": f"{seconds:.6f}"})
    for verdict in verdicts:
        about = {"name": _xml(verdict.case.model.name), "classname": _xml(file), "time": f"{verdict.seconds:.6f}"}
        case = ElementTree.SubElement(suite, "testcase", about)
        if verdict.result.failures:
            lines = [list(in_words(failure)) for failure in verdict.result.failures]
            failure = ElementTree.SubElement(case, "failure", {"message": _xml(lines[0][0]), "type": "difference"})
            failure.text = _xml("\n".join(line for some in lines for line in (f"{verdict.case.place}:", *some)))
    return suite


def _sightings(sightings: Sequence[Sighting]) -> Iterator[str]:
    if not sightings:
        yield "   It listens to no event of this test."
        return
    widest = max(len(one.event) for one in sightings)
    for one in sightings[:MOST_SIGHTINGS]:
        yield f"   {one.at:>6g}s   {one.event:<{widest}}   {_made_of(one)}"
    if len(sightings) > MOST_SIGHTINGS:
        yield f"   … and {len(sightings) - MOST_SIGHTINGS} more events"


def _made_of(one: Sighting) -> str:
    if one.gate:
        return f"{gate_in_words(one.gate)} (`{one.gate[0]}`)"
    return sentence(one.verdict) if one.verdict else "nothing"


def _at(at: float | None) -> str:
    return "" if at is None else f" at {at:g}s"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _xml(text: str) -> str:
    """Without what XML has no way to write."""
    return "".join(
        c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )
