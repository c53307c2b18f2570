"""`rules` loads what a worker would load, and says everything that is wrong."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from toolbelt import documents
from toolbelt.commands.rules import rules

GOOD = """\
version: 1
rules:
  - name: watch-crashes
    description: Says that a dyno crashed.
    on: dyno
    match: {data.state: crashed, data.type: web}
    do: [{notify: {to: ops, text: crashed}}]
targets:
  ops: {webhook: $OPS_URL}
"""


def run(*arguments: str, **environment: str | None) -> Result:
    nothing_set = {"RULES_PATH": None, "RULES_YAML": None, "ACT": None, "HEROKU_API_KEY": None, "OPS_URL": "set"}
    return CliRunner(env={**nothing_set, **environment}).invoke(rules, arguments)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD)
    return path


def test_good_rules_are_good(file: Path) -> None:
    ran = run("check", str(file))
    assert ran.exit_code == 0
    assert ran.output.startswith("Nothing is wrong: 1 rule (1 shadow).\n")


def test_what_the_environment_names_is_checked(file: Path) -> None:
    assert run("check", RULES_PATH=str(file)).exit_code == 0
    assert run("check", RULES_PATH=str(file.parent / "nowhere")).exit_code == 1


def test_each_problem_is_told_with_its_place(file: Path) -> None:
    file.write_text(GOOD.replace("match:", "mtach:").replace("notify:", "notfy:"))
    ran = run("check", str(file))
    assert ran.exit_code == 1
    assert f"{file}:6:5: rules[0].mtach: " in ran.output
    assert "did you mean match?" in ran.output
    assert "did you mean notify?" in ran.output
    assert "things are wrong; no worker would start with that." in ran.output


def test_problems_can_be_read_by_programs(file: Path) -> None:
    file.write_text(GOOD.replace("mode", "mdoe").replace("on: dyno", "on: dino"))
    [problem] = json.loads(run("check", "--json", str(file)).output)["problems"]
    assert (problem["line"], problem["key"]) == (5, "rules[0].on")


ODD = GOOD.replace("data.type:", "data.tpye:")


def test_a_warning_stops_nobody_unless_asked_to(file: Path) -> None:
    file.write_text(ODD)
    ran = run("check", str(file))
    assert ran.exit_code == 0
    assert f"{file}:6:34: warning: rules[0].match.data.tpye: dyno has no data.tpye" in ran.output
    assert "Nothing is wrong, and 2 warnings: 1 rule (1 shadow)." in ran.output
    assert run("check", "--strict", str(file)).exit_code == 1
    file.write_text(GOOD)
    assert run("check", "--strict", str(file)).exit_code == 0


def test_a_warning_says_where_it_stands_and_what_was_meant(file: Path) -> None:
    file.write_text(ODD)
    told = [*json.loads(run("check", "--format", "json", str(file)).output)["problems"]]
    assert {problem["severity"] for problem in told} == {"warning"}
    [misspelt] = [problem for problem in told if problem["suggestion"]]
    assert (misspelt["line"], misspelt["column"], misspelt["suggestion"]) == (6, 34, "data.type")


def test_a_broken_rule_hides_no_warning_of_a_sound_one(file: Path) -> None:
    """One slip after the other came to light, each only when the one before was mended."""
    broken = "  - {name: broken, on: dyno.create, mtach: {data.type: web}, do: [{notify: {to: ops, text: up}}]}\n"
    more = f"{broken}targets:\n  spare: {{webhook: $OPS_URL}}\n"
    file.write_text(GOOD.replace("data.state", "data.stat").replace("targets:\n", more))

    ran = run("check", str(file))

    assert ran.exit_code == 1
    assert ran.output.index(f"{file}:6:13: warning: ") < ran.output.index(f"{file}:8:37: rules[1].mtach: ")
    assert "no rule tells this target anything" not in ran.output
    assert ran.output.endswith("1 thing is wrong, and 1 warning; no worker would start with that.\n")


def test_github_shows_problems_beside_the_lines(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    file.write_text(ODD.replace("notify:", "notfy:"))
    ran = run("check", "--format", "github", str(file))
    assert ran.exit_code == 1
    assert ran.output.startswith("::error file=mine.yaml,line=7,col=11::rules[0].do[0].notfy: is not an action")
    file.write_text(ODD)
    ran = run("check", "--format", "github", str(file))
    assert "::warning file=mine.yaml,line=6,col=34::rules[0].match.data.tpye: " in ran.output
    assert ran.exit_code == 0


def test_github_is_told_no_command_by_a_file(tmp_path: Path) -> None:
    """A name of a file or a key is text: it ends no line and begins no other command."""
    path = tmp_path / "odd, 100% name.yaml"
    path.write_text(GOOD.replace("match:", '"a%0A::set-output name=x::y\\n::error ::z":'))
    lines = run("check", "--format", "github", str(path)).output.splitlines()
    assert [line for line in lines if line.startswith("::")] == lines[:-1]
    assert all(line.startswith("::error file=") for line in lines[:-1])
    assert "odd%2C 100%25 name.yaml,line=" in lines[0]


def test_what_the_rules_need_of_heroku_is_told(file: Path) -> None:
    file.write_text(
        GOOD.replace(
            "do: [", "limit: {max: 1, within: 1d}\n    access: {releases: write}\n    do: [{rollback: {}}, "
        ).replace("on: dyno\n", "on: dyno.destroy\n    after: {on: api:build.update, within: 1h}\n")
    )
    told = json.loads(run("check", "--json", str(file)).output)
    assert told["problems"] == []
    assert told["includes"] == ["api:build", "api:release", "dyno"]
    assert told["scopes"] == {"watch-crashes": ["write"]}
    assert "api:build, api:release, dyno" in run("check", str(file)).output


SECRETS = [
    "{webhook: https://hooks.example.com/SESAME}",
    "{webhook: HRKU-SESAME}",
    "{webhook: xoxb-SESAME}",
    "{webhook: SESAME0123456789abcdefABCDEF}",
    "{token: SESAME}",
    "{webhook: $OPS_URL, password: SESAME}",
]


@pytest.mark.parametrize("kind", ["text", "json", "github"])
@pytest.mark.parametrize("target", SECRETS)
def test_no_secret_in_a_rule_file_is_ever_shown(file: Path, target: str, kind: str) -> None:
    text = GOOD.replace("{webhook: $OPS_URL}", target)
    for broken in (text, f"{text}  bad: {target[:-1]}", text.replace(target, f"{target[:-1]}, x: !y}}")):
        file.write_text(broken)
        ran = run("check", "--format", kind, str(file))
        assert ran.exit_code == 1, ran.output
        assert "SESAME" not in ran.output


def test_a_target_without_its_variable_is_a_problem(file: Path) -> None:
    ran = run("check", str(file), OPS_URL=None)
    assert ran.exit_code == 1
    assert "OPS_URL" in ran.output


def test_a_live_rule_that_needs_a_token_is_not_let_through_without_one(file: Path) -> None:
    live = GOOD.replace("do: [", "mode: live\n    access: {releases: write}\n    do: [{rollback: {to: last-good}}, ")
    file.write_text(live)
    ran = run("check", str(file))
    assert ran.exit_code == 1
    assert "HEROKU_API_KEY is not set" in ran.output
    assert "To look at the files alone: --files-only" in ran.output
    assert run("check", str(file), "--files-only").exit_code == 0
    assert run("check", str(file), HEROKU_API_KEY="HRKU-x").exit_code == 0


def test_files_are_right_or_not_wherever_they_are_checked(file: Path) -> None:
    live = GOOD.replace(
        "do: [", "mode: live\n    limit: {max: 1, within: 1d}\n    access: {releases: write}\n    do: ["
    )
    file.write_text(live.replace("do: [", "do: [{rollback: {}}, "))
    assert run("check", str(file), OPS_URL=None).exit_code == 1
    assert run("check", str(file)).exit_code == 1
    assert run("check", "--files-only", "--strict", str(file), OPS_URL=None).exit_code == 0
    file.write_text(live.replace("on: dyno", "on: dino"))
    assert run("check", "--files-only", str(file)).exit_code == 1


def test_rules_are_listed_in_their_order(file: Path) -> None:
    ran = run("list", RULES_PATH=str(file), ACT="off")
    assert ran.exit_code == 0
    assert ran.output.splitlines()[1].split() == ["watch-crashes", "shadow", "dyno", "notify"]
    assert "No rule goes beyond off" in ran.output


TEMPLATE = """\
  - name: tell-of-strangers
    description: Somebody from outside was let in.
    with: {domain: {description: Where your people are.}}
    on: api:collaborator.create
    match: {data.user.email: {not: {suffix: "@${domain}"}}}
    do: [{notify: {to: ops, text: a stranger}}]
"""


def test_a_rule_that_waits_for_its_values_is_listed_apart(file: Path) -> None:
    file.write_text(GOOD.replace("targets:", f"{TEMPLATE}targets:"))

    shown = run("list", RULES_PATH=str(file)).output.splitlines()
    _, template = json.loads(run("list", "--json", RULES_PATH=str(file)).output)

    assert shown[-1].split(maxsplit=2) == ["tell-of-strangers", "domain", "Somebody from outside was let in."]
    assert (template["name"], template["mode"], template["needs"]) == ("tell-of-strangers", "template", ["domain"])


def test_the_list_can_be_read_by_programs(file: Path) -> None:
    [rule] = json.loads(run("list", "--json", RULES_PATH=str(file)).output)
    assert (rule["name"], rule["clauses"], rule["do"]) == (
        "watch-crashes",
        ["data.state is crashed", "data.type is web"],
        ["notify"],
    )


def test_settings_that_cannot_be_used_are_named() -> None:
    ran = run("list", ACT="sideways")
    assert ran.exit_code == 1
    assert "ACT" in ran.output


def test_the_schema_is_printed_as_it_is_published() -> None:
    ran = run("schema")
    assert ran.exit_code == 0
    assert ran.output == documents.SCHEMA.read_text()


MISPLACED = [
    "description: HRKU-SESAME",
    "name: HRKU-SESAME",
    "on: HRKU-SESAME",
    "match: {data.state: HRKU-SESAME}",
    "match: {data.exit_status: HRKU-SESAME}",
    "match: {HRKU-SESAME: up}",
    "match: {data.state: {HRKU-SESAME: up}}",
    "when: data.state == 'HRKU-SESAME'",
    "when: HRKU-SESAME",
    "each: HRKU-SESAME",
    "cooldown: HRKU-SESAME",
    "access: {apps: HRKU-SESAME}",
    "on_apps: HRKU-SESAME",
    "HRKU-SESAME: x",
    "do: [{notify: {to: HRKU-SESAME, text: x}}]",
    "do: [{notify: {to: ops, text: HRKU-SESAME}}]",
    "do: [{notify: {to: ops, text: '{{ HRKU-SESAME }}'}}]",
    "do: [{config: {set: {TOKEN: HRKU-SESAME}}}]",
    "do: [{http: {url: 'https://hooks.example.com/?key=HRKU-SESAME'}}]",
    "do: [{call: {endpoint: HRKU-SESAME}}]",
]


@pytest.mark.parametrize("kind", ["text", "json", "github"])
@pytest.mark.parametrize("line", MISPLACED)
def test_no_token_that_stands_anywhere_in_a_rule_is_ever_shown(file: Path, line: str, kind: str) -> None:
    key = line.partition(":")[0]
    kept = [each for each in GOOD.splitlines() if not each.strip().removeprefix("- ").startswith(f"{key}:")]
    text = "\n".join(kept).replace("rules:\n", "rules:\n  -\n").replace("  - name", "    name")
    file.write_text(text.replace("  -\n", f"  -\n    {line}\n") + "\n")
    assert "SESAME" not in run("check", "--format", kind, str(file)).output
