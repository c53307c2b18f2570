"""A rule's digest: another one whenever the rule does something else, the same however it is written down."""

import pytest

from rules.model import RuleModel
from tests.rules.factories import book, rule, rule_text

WORDS = {"name", "description", "with_"}  # what a rule is called, what it is for, and where its values came from

CHANGES: dict[str, tuple[str, ...]] = {
    "mode": ("mode: live", "mode: off"),
    "on": ("on: api:release.create", "on: [api:release.create, api:release.update]"),
    "match": ("match: {data.status: failed}", "match: {data.status: [failed]}", "match: {data.status: {not: failed}}"),
    "when": ("when: data.x == 1", "when: [data.x == 1, data.y == 2]", "when: [data.y == 2, data.x == 1]"),
    "each": ("each: data.id",),
    "changed": ("changed: data.x", "changed: {path: data.x, to: 1}", "changed: {path: data.x, from: 1}"),
    "after": (
        "after: {on: dyno.create, within: 1m}",
        "after: {on: dyno.update, within: 1m}",
        "after: {on: dyno.create, within: 2m}",
        "after: {on: dyno.create, within: 1m, match: {data.x: 1}}",
        "after: {on: dyno.create, within: 1m, same: {data.x: data.y}}",
    ),
    "count": (
        "count: {at_least: 2, within: 1m}",
        "count: {at_least: 3, within: 1m}",
        "count: {at_least: 2, within: 2m}",
    ),
    "missing": ("missing: {on: dyno.create, within: 1m}", "missing: {on: dyno.create, within: 2m}"),
    "quiet_for": ("quiet_for: 1m", "quiet_for: 2m", "quiet_for: {for: 2m, max_wait: 3m}"),
    "fresh_within": ("fresh_within: 5m",),
    "cooldown": ("cooldown: 5m",),
    "limit": ("limit: {max: 1, within: 1d}", "limit: {max: 2, within: 1d}", "limit: {max: 1, within: 2d}"),
    "overlap": ("overlap: skip",),
    "stop": ("stop: true",),
    "approve_within": ("approve_within: 1h", "approve_within: 2h"),
    "give_up_after": ("give_up_after: 5m",),
    "access": ("access: {releases: read}", "access: {releases: write}", "access: {apps: read}"),
    "on_apps": ("on_apps: [other]", "on_apps: ['*']"),
    "do": (
        "do: [{notify: {to: log, text: other}}]",
        "do: [{notify: {to: log, text: x}, name: other}]",
        "do: [{notify: {to: log, text: x}, if: 'true'}]",
        "do: [{notify: {to: log, text: x}, continue_on_failure: true}]",
        "do: [{notify: {to: log, text: x}}, {notify: {to: log, text: x}}]",
    ),
    "on_failure": ("on_failure: [{notify: {to: log, text: x}}]",),
}


def digest(*changes: str) -> str:
    """Of a rule with those keys put in place of its own."""
    keys = {"name": "name: a", "on": "on: api:release.update", "do": "do: [{notify: {to: log, text: x}}]"}
    keys |= {change.partition(":")[0]: change for change in changes}
    lines = "\n    ".join(keys.values())
    return book(f"version: 1\nrules:\n  - {lines}\n").rules[0].digest


def test_every_key_of_a_rule_is_shown_to_change_it() -> None:
    assert CHANGES.keys() == RuleModel.model_fields.keys() - WORDS


@pytest.mark.parametrize("key", CHANGES)
def test_another_value_is_another_digest(key: str) -> None:
    digests = [digest(), *(digest(change) for change in CHANGES[key])]

    assert len(set(digests)) == len(digests)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("cooldown: 5m", "cooldown: 300s", id="duration"),
        pytest.param("on: api:release.create", "on: [api:release.create]", id="list of one"),
        pytest.param("when: data.x == 1", "when: [data.x == 1]", id="one expression"),
        pytest.param("quiet_for: 2m", "quiet_for: {for: 120s}", id="quiet"),
        pytest.param("changed: data.x", "changed: {path: data.x}", id="changed"),
        pytest.param("changed: {path: data.x, to: 1}", "changed: {to: [1], path: data.x}", id="order of changed"),
        pytest.param("access: {apps: read, releases: read}", "access: {releases: read, apps: read}", id="access"),
        pytest.param(
            "after: {on: dyno.create, within: 1m, same: {data.a: data.b, data.c: data.d}}",
            "after: {same: {data.c: data.d, data.a: data.b}, within: 60s, on: dyno.create}",
            id="after",
        ),
        pytest.param("match: {data.x: 1}", "match:\n      data.x: 1  # a remark", id="layout"),
        pytest.param("match: {data.x: a}", 'match: {"data.x": "a"}', id="quotes"),
        pytest.param("stop: false", "overlap: queue", id="defaults written out"),
        pytest.param("description: a", "description: b", id="description"),
    ],
)
def test_the_same_written_otherwise_is_the_same_digest(one: str, other: str) -> None:
    assert digest(one) == digest(other)


def test_order_counts_where_it_means_something() -> None:
    assert digest("match: {data.x: 1, data.y: 2}") != digest("match: {data.y: 2, data.x: 1}")


def test_where_a_rule_stands_is_known_and_changes_nothing() -> None:
    first, second = book("# a remark\n" + rule_text()).rules[0], rule()

    assert (first.place, second.place) == ("file1.yaml:4", "file1.yaml:3")
    assert first.digest == second.digest


def test_templates_leave_the_digest_of_a_book_alone() -> None:
    steps = "do: [{notify: {to: log, text: '${a}'}}]"
    waiting = f"version: 1\nrules: [{{name: t, with: {{a: {{description: x}}}}, on: dyno.create, {steps}}}]"

    assert book(rule_text(), waiting).digest == book(rule_text()).digest
