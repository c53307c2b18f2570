"""`rules test` says what passed, what failed and why, and what no test has shown."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from toolbelt.commands.rules import rules

FILE = """\
version: 1
rules:
  - name: fell
    on: api:release.update
    match: {data.status: failed}
    cooldown: 5m
    do: [{notify: {to: ops, text: "v{{ data.version }} of {{ app.name }}"}}]
targets:
  ops: {webhook: $OPS_URL}
tests:
  - name: a failed release is told
    events: [{sample: release_update_succeeded}, {sample: release_update_failed, at: 60s}]
    expect: [{rule: fell, at: 60s}]
  - name: not again within five minutes
    events: [{sample: release_update_failed}, {sample: release_update_failed, at: 60s, with: {data.version: 43}}]
    expect: [{rule: fell, at: 0s}]
    expect_not: [{rule: fell, at: 60s, gate: cooldown}]
"""


def run(*arguments: str, **environment: str | None) -> Result:
    nothing_set = {"RULES_PATH": None, "RULES_YAML": None, "ACT": None, "HEROKU_API_KEY": None, "OPS_URL": None}
    return CliRunner(env={**nothing_set, **environment}).invoke(rules, ("test", *arguments))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(FILE)
    return path


def test_what_passed_is_told_without_any_setting(file: Path) -> None:
    ran = run(str(file))

    assert (ran.exit_code, ran.output.splitlines()) == (
        0,
        [
            str(file),
            "   passed   a failed release is told",
            "   passed   not again within five minutes",
            "",
            "2 tests, all passed.",
        ],
    )


def test_a_failure_says_what_was_expected_and_what_happened(file: Path) -> None:
    file.write_text(FILE.replace("at: 60s}]\n  - name", "at: 61s, do: [notify, notify]}]\n  - name"))

    ran = run(str(file))

    assert ran.exit_code == 1
    assert f"{file}:11: a failed release is told\n   fell fired, but not quite as expected:" in ran.output
    assert "at   expected 61s\n           happened 60s" in ran.output
    assert "do   expected [notify, notify]\n           happened [notify]" in ran.output
    assert ran.output.endswith("2 tests, 1 failed.\n")


def test_a_rule_that_did_not_fire_says_what_stopped_it(file: Path) -> None:
    file.write_text(FILE.replace("status: failed", "status: expired").replace("cooldown: 5m", "stop: true"))

    said = run(str(file)).output

    assert "fell was expected to fire at 60s and did not." in said
    assert (
        "0s   api:release.update   fell did not match: it wants that data.status is expired, and saw succeeded." in said
    )


def test_a_gate_that_stopped_it_is_told_in_words(file: Path) -> None:
    file.write_text(FILE.replace("gate: cooldown", "gate: window").replace("{rule: fell, at: 0s}", "{rule: fell}"))

    said = run(str(file)).output

    assert "fell was to be stopped by `window` at 60s and was not." in said
    assert "stopped: cooldown, 4 min left (`cooldown`)" in said


def test_a_firing_that_nobody_expected_says_how_to_expect_it(file: Path) -> None:
    file.write_text(FILE.replace("expect: [{rule: fell, at: 60s}]", "expect: []"))

    said = run(str(file)).output

    assert "fell fired, and nobody expected it:" in said
    assert "notify: ops; v42 of acme-web" in said
    assert "If that is right, expect {rule: fell, at: 60s, do: [notify]}" in said


def test_what_no_test_has_shown_is_listed_and_can_be_demanded(file: Path) -> None:
    file.write_text(FILE + "  - {name: nothing, events: [{sample: dyno_cycled}]}\n")
    assert run(str(file), "--coverage").exit_code == 0
    bare = FILE.partition("tests:")[0]
    file.write_text(bare + "tests: [{name: nothing, events: [{sample: release_update_succeeded}]}]\n")

    ran, demanded = run(str(file)), run(str(file), "--coverage")

    assert (ran.exit_code, demanded.exit_code) == (0, 1)
    assert ran.output.endswith("No test that passed shows these rules firing: fell.\n")


def test_tests_can_be_chosen_by_a_text(file: Path) -> None:
    said = run(str(file), "-k", "AGAIN").output

    assert "not again" in said
    assert "is told" not in said
    assert "1 test, all passed." in said
    assert run(str(file), "-k", "nothing like it").exit_code == 2


def test_json_is_for_programs(file: Path) -> None:
    told = json.loads(run(str(file), "--json").output)

    first = told["tests"][0]
    assert (first["place"], first["passed"], first["failures"]) == (f"{file}:11", True, [])
    assert [(one["rule"], one["at"], one["do"]) for one in first["fired"]] == [("fell", "60s", ["notify"])]
    assert told["coverage"] == [{"rule": "fell", "fired": True, "spared": True}]


def test_the_report_is_junits(file: Path, tmp_path: Path) -> None:
    file.write_text(
        FILE.replace("at: 60s}]\n  - name", "at: 61s}]\n  - name").replace(
            "name: a failed release is told", 'name: "is <told> \\u0007"'
        )
    )
    report = tmp_path / "report.xml"

    assert run(str(file), "--junit", str(report)).exit_code == 1

    [suite] = ElementTree.parse(report).getroot()
    assert suite.tag == "testsuite"
    counts = {name: suite.get(name) for name in ("name", "tests", "failures", "errors")}
    assert counts == {"name": str(file), "tests": "2", "failures": "1", "errors": "0"}
    first, second = suite
    assert (first.get("name"), first.get("classname"), len(second)) == (
        "is <told> ",
        str(file),
        0,
    )
    [failure] = first
    assert failure.get("message") == "fell fired, but not quite as expected:"
    assert failure.text is not None
    assert "expected 61s" in failure.text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("version: 1\nrules: [{name: x}]", "rules[0].on: is missing", id="rules that do not load"),
        pytest.param(FILE.partition("tests:")[0], "there is no test in the rules", id="no tests"),
        pytest.param(FILE.replace("sample: release_update_failed, at", "smaple: x, at"), "sample", id="a broken test"),
    ],
)
def test_where_nothing_can_be_tested_it_ends_with_two(file: Path, text: str, says: str) -> None:
    file.write_text(text)

    ran = run(str(file))

    assert ran.exit_code == 2
    assert says in ran.output


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    ran = run(str(tmp_path / "nowhere.yaml"))

    assert ran.exit_code == 2
    assert "nowhere.yaml" in ran.output


def test_the_tests_of_the_library_pass_and_cover_it() -> None:
    ran = run("rules/library", "--coverage")

    assert ran.exit_code == 0, ran.output
