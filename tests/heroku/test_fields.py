"""The table of what Heroku's events carry: it fits what really arrives, and says no more than Heroku's own schema."""

from collections.abc import Iterator
from typing import Any

import pytest

from heroku.events import Event, read
from heroku.fields import CRASH, FIELDS, SENT, field_at
from heroku.samples import encode, names, sample
from heroku.times import parse
from tests.simulator.official import read as official

UNKNOWN_ON_PURPOSE = {"unknown_entity", "unknown_fields"}
SAMPLES = sorted(set(names()) - UNKNOWN_ON_PURPOSE)

# In deliveries, but not in the schema of API answers.
ONLY_IN_DELIVERIES = {
    "api:build": {"data.app.name"},
    "api:release": {"data.slug.commit", "data.slug.commit_description", "data.stack", "data.pstable"},
    "api:sni-endpoint": {"data.cname"},
    "dyno": {"data.management", "data.exit_status"},
}
DEFINITIONS = {"api:addon": "add-on", "api:addon-attachment": "add-on-attachment", "dyno": "dyno"}


def of(name: str) -> Event:
    return read(encode(sample(name)))


def values(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every path in there with what stands at it, down to lists and to mappings that the table leaves open."""
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from values(inner, f"{path}.{key}" if path else key)


def fits(kind: str, value: Any) -> bool:
    match kind:
        case "text":
            return isinstance(value, str)
        case "number":
            return isinstance(value, int) and not isinstance(value, bool)
        case "true or false":
            return isinstance(value, bool)
        case "time":
            return parse(value) is not None
        case "list":
            return isinstance(value, list)
    return isinstance(value, dict)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_field_of_a_sample_is_known_and_of_its_kind(name: str) -> None:
    event = of(name)
    for path, value in values(dict(event.fields), ""):
        if not path or value is None:
            continue
        field = field_at(event.include, path)
        assert field is not None, path
        if path in FIELDS[event.include]:
            assert fits(field.kind, value), path
            assert not field.values or value in field.values, path


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_comes_with_an_action_that_its_entity_has(name: str) -> None:
    event = of(name)
    assert event.action in SENT[event.include]


def test_what_is_new_at_heroku_is_not_known() -> None:
    event = of("unknown_fields")
    assert field_at(event.include, "data.rollout") is None
    assert field_at(event.include, "data.rollout.strategy") is None
    assert of("unknown_entity").include not in FIELDS


def test_the_crash_of_the_table_is_the_crash_of_the_samples() -> None:
    crash = of("dyno_crashed")
    assert (crash.include, crash.action, crash.data["state"]) == CRASH


@pytest.mark.parametrize(
    ("include", "path", "known"),
    [
        ("api:release", "data.pstable.web.command", True),
        ("api:release", "data.artifacts.id", True),
        ("api:release", "data.slug.idd", False),
        ("api:release", "data.app.name", True),
        ("api:release", "app.name", True),
        ("api:release", "version", True),
        ("api:app", "data.app.name", False),
        ("api:dyno", "data.exit_status", False),
        ("dyno", "data.exit_status", True),
    ],
)
def test_a_path_is_known_or_not(include: str, path: str, *, known: bool) -> None:
    assert (field_at(include, path) is not None) is known


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = official("heroku-schema.json")
    return found


@pytest.mark.parametrize("include", FIELDS)
def test_it_knows_what_the_official_schema_knows(include: str, schema: dict[str, Any]) -> None:
    name = DEFINITIONS.get(include, include.removeprefix("api:"))
    theirs = dict(properties(schema["definitions"][name], schema))
    ours = {path.removeprefix("data."): field for path, field in FIELDS[include].items() if path.startswith("data.")}
    open_ones = {path for path, field in ours.items() if field.open}
    inside = {path for path in theirs if any(path.startswith(f"{one}.") for one in open_ones)}
    beside = {path.removeprefix("data.") for path in ONLY_IN_DELIVERIES.get(include, ())}
    told = {path for path in ours if not any(path == one or path.startswith(f"{one}.") for one in beside)}

    assert set(theirs) - inside - {"app"} == told - {"app"}
    for path in told & set(theirs):
        documented = theirs[path].get("enum")
        if documented and include != "api:dyno":
            assert set(ours[path].values) == {value for value in documented if value}, path


def properties(node: dict[str, Any], schema: dict[str, Any], before: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for key, inner in resolved(node, schema).get("properties", {}).items():
        told = resolved(inner, schema)
        yield f"{before}{key}", told
        yield from properties(told, schema, f"{before}{key}.")


def resolved(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = schema
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node
