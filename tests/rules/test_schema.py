"""The JSON Schema for editors: made from the model, and saying what loading says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rules.model import RuleFile, RuleModel
from rules.operators import OPERATORS
from rules.positions import to_data
from rules.reading import Source, read
from rules.schema import schema

LIBRARY = sorted((Path(__file__).parents[2] / "rules" / "library").glob("*.yaml"))
RULE: dict[str, Any] = schema()["$defs"]["RuleModel"]


def keys_without_words(node: Any, path: str = "") -> Iterator[str]:
    if isinstance(node, dict):
        for key, inner in node.get("properties", {}).items():
            if "description" not in inner and "Match" not in path and "Condition" not in path:
                yield f"{path}.{key}"
        for key, inner in node.items():
            yield from keys_without_words(inner, f"{path}.{key}")


def test_every_key_is_described() -> None:
    assert list(keys_without_words(schema())) == []


def test_every_reference_leads_somewhere() -> None:
    made = schema()
    references = {part.split('"')[0] for part in json.dumps(made).split('"$ref": "#/$defs/')[1:]}

    assert references == made["$defs"].keys()


def test_it_knows_every_key_and_refuses_others() -> None:
    assert schema()["properties"].keys() == RuleFile.model_fields.keys()
    assert RULE["properties"].keys() == {field.alias or name for name, field in RuleModel.model_fields.items()}
    assert RULE["required"] == ["name", "on", "do"]
    assert schema()["additionalProperties"] is RULE["additionalProperties"] is False


def test_it_completes_what_can_be_completed() -> None:
    properties = RULE["properties"]

    assert properties["mode"]["enum"] == ["off", "shadow", "live"]
    assert "api:release.update" in properties["on"]["anyOf"][0]["enum"]
    assert "releases" in properties["access"]["propertyNames"]["enum"]
    assert properties["fresh_within"]["default"] == "1h"
    assert schema()["$defs"]["Condition"]["anyOf"][2]["properties"].keys() == OPERATORS.keys()


def fits(value: Any) -> bool:
    return Draft202012Validator(schema()).is_valid(value)


def test_it_is_itself_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


def library_file(file: Path) -> dict[str, Any]:
    root, _ = read(Source(file.name, file.read_text()))
    assert root is not None
    data = to_data(root)
    assert isinstance(data, dict)
    return data


@pytest.mark.parametrize("file", LIBRARY, ids=lambda file: file.stem)
def test_the_library_fits_it(file: Path) -> None:
    assert fits(library_file(file))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("mode", "lively"),
        ("on", "release"),
        ("match", {"data.status": {"glub": "x"}}),
        ("count", {"at_least": 2}),
        ("acess", {}),
        ("do", "rollback"),
    ],
)
def test_a_mistake_does_not_fit_it(key: str, value: Any) -> None:
    broken = library_file(LIBRARY[0])
    broken["rules"][0][key] = value

    assert not fits(broken)
