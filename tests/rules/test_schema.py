"""The JSON Schema for editors: made from the model, and saying what loading says."""

import json
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rules.examining import examine
from rules.files.positions import to_data
from rules.files.reading import Source, read
from rules.files.schema import OPERATORS_TOLD, schema
from rules.model import RuleFile, RuleModel
from rules.operators import OPERATORS
from toolbelt import documents
from workers.actions import SPECS

LIBRARY = sorted((Path(__file__).parents[2] / "rules" / "library").glob("*.yaml"))
SCHEMA = schema(SPECS)
RULE: dict[str, Any] = SCHEMA["$defs"]["RuleModel"]
VALIDATOR = Draft202012Validator(SCHEMA)


def keys_without_words(node: Any, path: str = "") -> Iterator[str]:
    if isinstance(node, dict):
        for key, inner in node.get("properties", {}).items():
            if "description" not in inner and "Match" not in path and "Condition" not in path:
                yield f"{path}.{key}"
        for key, inner in node.items():
            yield from keys_without_words(inner, f"{path}.{key}")


def test_every_key_is_described() -> None:
    assert list(keys_without_words(SCHEMA)) == []


def test_every_reference_leads_somewhere() -> None:
    references = {part.split('"')[0] for part in json.dumps(SCHEMA).split('"$ref": "#/$defs/')[1:]}

    assert references == SCHEMA["$defs"].keys()


def test_it_knows_every_key_and_refuses_others() -> None:
    assert SCHEMA["properties"].keys() == RuleFile.model_fields.keys()
    assert RULE["properties"].keys() == {field.alias or name for name, field in RuleModel.model_fields.items()}
    assert RULE["required"] == ["name", "on", "do"]
    assert SCHEMA["additionalProperties"] is RULE["additionalProperties"] is False


def words_of(told: dict[str, Any]) -> set[Any]:
    """What an editor offers for a key."""
    return {word for branch in told.get("anyOf", [told]) for word in branch.get("enum", ())}


def test_it_completes_what_can_be_completed() -> None:
    properties = RULE["properties"]

    assert words_of(properties["mode"]) == {"off", "shadow", "live"}
    assert "api:release.update" in words_of(properties["on"])
    assert "releases" in properties["access"]["propertyNames"]["enum"]
    assert properties["fresh_within"]["default"] == "1h"
    assert SCHEMA["$defs"]["Condition"]["anyOf"][2]["properties"].keys() == OPERATORS.keys() == OPERATORS_TOLD.keys()


@pytest.mark.parametrize("name", SPECS)
def test_it_completes_the_parameters_of_every_action(name: str) -> None:
    written = {field.alias or key for key, field in SPECS[name].params.model_fields.items()}

    assert SCHEMA["$defs"]["Step"]["properties"][name]
    assert SCHEMA["$defs"][name]["properties"].keys() == written
    assert all("description" in told for told in SCHEMA["$defs"][name]["properties"].values())


def test_the_published_one_is_current() -> None:
    """If not: python -m toolbelt.documents"""
    assert json.loads(documents.SCHEMA.read_text()) == SCHEMA


def test_it_is_itself_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def parsed(text: str) -> Any:
    root, problems = read(Source("mine.yaml", text))
    assert root is not None, problems
    return to_data(root)


def loads(text: str) -> bool:
    return examine([Source("mine.yaml", text)], actions=SPECS).book is not None


@pytest.mark.parametrize("file", LIBRARY, ids=lambda file: file.stem)
def test_the_library_fits_it_and_says_where_it_is(file: Path) -> None:
    first, _, text = file.read_text().partition("\n")
    address = first.removeprefix("# yaml-language-server: $schema=")

    assert (file.parent / address).resolve() == documents.SCHEMA
    assert list(VALIDATOR.iter_errors(parsed(text))) == []


GOOD = {
    "little": "on: dyno.create",
    "a list of entities": "on: [dyno.create, api:release.update]",
    "conditions": "on: dyno\nmatch: {data.exit_status: {gt: 0, not: 143}, data.type: [web, worker]}",
    "groups": 'on: dyno\nmatch: {any: [{data.type: web}, {data.name: {glob: "w*"}}]}',
    "an expression": "on: api:release\nwhen: data.version > 3",
    "expressions": "on: api:release\nwhen: [data.version > 3, has(data.slug)]",
    "what came before": (
        "on: dyno.destroy\nafter: {on: api:release, match: {data.status: failed}, within: 30m, same: {app.id: app.id}}"
    ),
    "what did not come": "on: api:release.create\nmissing: {on: api:release.update, within: 10m}",
    "quiet": "on: api:formation.update\nquiet_for: 2m",
    "quiet at last": "on: api:formation.update\nquiet_for: {for: 2m, max_wait: 1h}",
    "a change": "on: api:formation.update\nchanged: data.quantity",
    "a change to something": "on: api:formation.update\nchanged: {path: data.quantity, from: [1, 2], to: 0}",
    "gates": "on: dyno.create\ncount: {at_least: 2, within: 1h30m}\ncooldown: 1d\noverlap: skip\napprove_within: 4h",
    "an end": "on: dyno.create\nstop: true",
    "steps": (
        "on: api:release.update\nmatch: {data.status: failed}\nlimit: {max: 1, within: 1d}\naccess: {releases: write}\n"
        "do:\n- {rollback: null, name: back, continue_on_failure: true}\n"
        "- {if: steps.back.outcome == 'done', notify: {to: [log, system], text: '{{ app.name }}'}}"
    ),
}
WRONG = {
    "a mode that is none": "on: dyno.create\nmode: lively",
    "an entity that is none": "on: release.update",
    "no entity": "description: x",
    "an operator that is none": "on: dyno\nmatch: {data.state: {glub: x}}",
    "an empty match": "on: dyno\nmatch: {}",
    "half a count": "on: dyno.create\ncount: {at_least: 2}",
    "a key that is none": "on: dyno.create\nacess: {}",
    "a duration without a unit": "on: dyno.create\ncooldown: 30",
    "a duration that is none": "on: dyno.create\ncooldown: soon",
    "a group that is none": "on: dyno.create\naccess: {release: write}",
    "a level that is none": "on: dyno.create\naccess: {releases: all}",
    "yes for true": "on: dyno.create\nstop: yes",
    "no steps": "on: dyno.create\ndo: []",
    "a step that is a word": "on: dyno.create\ndo: [rollback]",
    "an action that is none": "on: dyno.create\ndo: [{rolback: {}}]",
    "two actions in a step": "on: dyno.create\ndo: [{notify: {to: log, text: x}, wait: {for: 5m}}]",
    "a parameter that is none": "on: dyno.create\ndo: [{notify: {too: log, text: x}}]",
    "a parameter left out": "on: dyno.create\ndo: [{notify: {to: log}}]",
    "a parameter of a wrong kind": "on: dyno.create\ndo: [{notify: {to: 5, text: x}}]",
    "an overlap that is none": "on: dyno.create\noverlap: wait",
    "a partner without a window": "on: dyno.create\nafter: {on: api:release.update}",
    "a name with a space": "name: a b\non: dyno.create",
}


def a_file(lines: str) -> str:
    """A file with a rule of these lines, and with what every rule needs."""
    more = "" if "\ndo:" in lines else "\ndo: [{notify: {to: log, text: x}}]"
    name = "" if lines.startswith("name:") else "name: a-rule\n"
    return "version: 1\nrules:\n-\n" + indent(f"{name}{lines}{more}\n", "  ")


@pytest.mark.parametrize("lines", GOOD.values(), ids=GOOD)
def test_what_loads_fits_it(lines: str) -> None:
    assert loads(a_file(lines))
    assert list(VALIDATOR.iter_errors(parsed(a_file(lines)))) == []


@pytest.mark.parametrize("lines", WRONG.values(), ids=WRONG)
def test_what_does_not_load_does_not_fit_it(lines: str) -> None:
    assert not loads(a_file(lines))
    assert not VALIDATOR.is_valid(parsed(a_file(lines)))


def test_a_rule_of_the_library_is_used_with_changes() -> None:
    changes = {"use": "roll-back-failed-release", "mode": "live", "limit": {"max": 1, "within": "1h"}}

    assert VALIDATOR.is_valid({"version": 1, "rules": [changes]})
    assert not VALIDATOR.is_valid({"version": 1, "rules": [changes | {"mood": "live"}]})
    assert not VALIDATOR.is_valid({"version": 1, "rules": [changes | {"mode": "lively"}]})


def test_a_parameter_may_stand_for_a_value_and_a_template_only_in_a_step() -> None:
    do = [{"scale": {"type": "web", "quantity": "{{ x }}"}}, {"wait": {"for": "${time}"}}]
    rule = {"name": "a", "on": "dyno.create", "do": do}

    assert VALIDATOR.is_valid({"version": 1, "rules": [rule | {"cooldown": "${time}"}]})
    assert not VALIDATOR.is_valid({"version": 1, "rules": [rule | {"cooldown": "{{ time }}"}]})
    assert not VALIDATOR.is_valid({"version": 1, "rules": [rule | {"do": [{"wait": {"for": "{{ x }}"}}]}]})


@pytest.mark.parametrize(
    ("target", "fits"),
    [
        ({"log": True}, True),
        ({"slack": "$OPS_SLACK_URL"}, True),
        ({"slack": "$OPS_SLACK_URL", "every": "1m"}, True),
        ({"webhook": "$OPS_URL", "secret": "$OPS_SECRET"}, True),
        ({"slak": "$OPS_SLACK_URL"}, False),
        ({"slack": "https://hooks.example.com/secret"}, False),
        ({"slack": "$OPS_SLACK_URL", "discord": "$OPS_DISCORD_URL"}, False),
        ({}, False),
    ],
)
def test_a_target_is_of_one_kind_and_names_a_variable(target: dict[str, Any], *, fits: bool) -> None:
    assert VALIDATOR.is_valid({"version": 1, "targets": {"ops": target}}) is fits
