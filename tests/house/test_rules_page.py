"""Examples of rules in all documents can be copied as they are; the reference has its made parts, and current."""

import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from heroku import events as heroku
from heroku import samples
from rules.examining import examine
from rules.files.positions import to_data
from rules.files.reading import Source, read
from rules.files.schema import schema
from rules.texts.expressions import compile_expression
from rules.trials.suites import suites
from rules.trials.testing import run
from toolbelt.crew import HOME
from toolbelt.reference.making import PARTS
from toolbelt.reference.parts import named, renewed
from workers.actions import SPECS
from workers.rulebooks import library

PAGE = HOME / "docs" / "rules.md"
TAUGHT = ("rules.md", "testing-rules.md")  # whose examples all show what they do, in tests of their own
DOCUMENTS = [*sorted(HOME.glob("*.md")), *sorted((HOME / "docs").glob("*.md"))]
TEXT = PAGE.read_text()
PLACES = {
    f"{path.name}:{path.read_text()[: found.start()].count(chr(10)) + 2}": found[1]
    for path in DOCUMENTS
    for found in re.finditer(r"^```yaml\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)
}
VALIDATOR = Draft202012Validator(schema(SPECS))


@pytest.mark.parametrize("place", PLACES)
def test_an_example_loads_without_a_word(place: str) -> None:
    examined = examine([Source(place, PLACES[place])], actions=SPECS, library=library())
    assert list(map(str, examined.problems)) == []
    assert examined.book is not None


@pytest.mark.parametrize("place", PLACES)
def test_an_example_fits_the_schema(place: str) -> None:
    root, _ = read(Source(place, PLACES[place]))
    assert root is not None
    assert [error.message for error in VALIDATOR.iter_errors(to_data(root))] == []


@pytest.mark.parametrize(
    "place", [place for place in PLACES if "\ntests:" in PLACES[place] or place.startswith(TAUGHT)]
)
def test_an_example_does_what_the_page_says(place: str) -> None:
    source = Source(place, PLACES[place])
    examined = examine([source], actions=SPECS, library=library())
    assert examined.book is not None
    [suite] = suites([source], examined.book)
    assert suite.cases
    for case in suite.cases:
        result = run(case.model, suite.book, actions=SPECS)
        assert result.passed, (case.model.name, *result.failures)


def test_every_key_of_a_rule_has_an_example() -> None:
    written = "\n".join(PLACES.values())
    keys = [*schema(SPECS)["$defs"]["RuleModel"]["properties"], "use", "targets", "tests", "if", "continue_on_failure"]
    assert [key for key in keys if not re.search(rf"\b{key}:", written)] == []


def test_every_operator_has_an_example() -> None:
    operators = schema(SPECS)["$defs"]["Condition"]["anyOf"][2]["properties"]
    assert [name for name in operators if not re.search(rf"\b{name}:", "\n".join(PLACES.values()))] == []


EXPRESSION_TABLE = TEXT.partition("| Expression | True if |")[2].partition("\n\n")[0]
EXPRESSIONS = re.findall(r"^\| `(.+?)` \| .+ \|$", EXPRESSION_TABLE, re.MULTILINE)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_expression_of_the_page_is_true_of_some_sample(text: str) -> None:
    expression = compile_expression(text)
    events = [heroku.read(samples.encode(samples.sample(name))) for name in samples.names()]
    assert any(expression.holds(event.fields) for event in events)


def test_there_are_expressions() -> None:
    assert len(EXPRESSIONS) >= 5


def test_every_made_part_is_on_the_page_once() -> None:
    assert sorted(named(TEXT)) == sorted(PARTS)


def test_the_made_parts_are_current() -> None:
    """If not: python -m toolbelt.documents"""
    assert renewed(TEXT, PARTS) == TEXT


def test_making_leaves_what_was_written_alone(tmp_path: Path) -> None:
    page = "one\n<!-- made: a b -->\nold\n<!-- end -->\ntwo\n<!-- made: c -->\n<!-- end -->\n"
    made = renewed(page, {"a b": lambda: "new\n", "c": lambda: "newer\n"})
    assert made == "one\n<!-- made: a b -->\nnew\n<!-- end -->\ntwo\n<!-- made: c -->\nnewer\n<!-- end -->\n"
    with pytest.raises(LookupError):
        renewed(page, {})
