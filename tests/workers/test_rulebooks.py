"""Which rule files a worker runs, and what it says when it cannot."""

from pathlib import Path
from typing import Any

import pytest

from core.settings import SettingsError, read
from rules.errors import RuleErrors
from rules.model import Mode
from workers.actions import SPECS
from workers.rulebooks import ROOT, load_rules, sources

RULE = "version: 1\nrules:\n  - {name: NAME, mode: MODE, on: api:app.create, do: [{notify: {to: log, text: hello}}]}\n"
NEEDY = """
version: 1
rules:
  - name: roll-back
    mode: MODE
    on: api:release.update
    access: {releases: write}
    do: [{rollback: {to: last-good}}]
"""


def written(folder: Path, *names: str) -> Path:
    """A folder with such files, each with a rule of its own."""
    for number, name in enumerate(names):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(rule(f"rule-{number}"))
    return folder


def rule(name: str, mode: str = "live") -> str:
    return RULE.replace("NAME", name).replace("MODE", mode)


def found(rules_path: str, **more: Any) -> list[str]:
    """The last words of the names of the sources."""
    return [Path(source.name).name for source in sources(read(environment={"RULES_PATH": rules_path, **more}))]


def test_a_folders_files_are_read_in_lexicographic_order(tmp_path: Path) -> None:
    written(tmp_path, "b.yaml", "a.yml", "c/a.yaml", "B.yaml", "10.yaml", "9.yaml")
    assert found(str(tmp_path)) == ["10.yaml", "9.yaml", "B.yaml", "a.yml", "b.yaml", "a.yaml"]


def test_only_rule_files_are_read(tmp_path: Path) -> None:
    written(tmp_path, "a.yaml", "b.yamlx", "c.md", ".hidden.yaml", ".git/d.yaml")
    (tmp_path / ".#a.yaml").symlink_to("nowhere")
    assert found(str(tmp_path)) == ["a.yaml"]


def test_paths_are_read_in_their_order_and_each_file_once(tmp_path: Path) -> None:
    written(tmp_path, "x/a.yaml", "x/b.yaml", "y/c.yaml")
    path = f"{tmp_path}/y: {tmp_path}/x/b.yaml ::{tmp_path}/x"
    assert found(path) == ["c.yaml", "b.yaml", "a.yaml"]


def test_the_text_of_the_settings_adds_to_the_files(tmp_path: Path) -> None:
    written(tmp_path, "a.yaml")
    assert found(str(tmp_path), RULES_YAML=rule("more")) == ["a.yaml", "RULES_YAML"]
    book = load_rules(read(environment={"RULES_PATH": str(tmp_path), "RULES_YAML": rule("more")}), {})
    assert [rule.name for rule in book.rules] == ["rule-0", "more"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        pytest.param("nowhere/at-all", "there is no file or folder 'nowhere/at-all'", id="missing"),
        pytest.param("EMPTY", "that ends in .yaml or .yml", id="a folder without rules"),
        pytest.param("BYTES", "bytes.yaml:2:4: is not text in UTF-8 from here on", id="not text"),
    ],
)
def test_a_path_without_rules_is_an_error_that_names_it(tmp_path: Path, path: str, said: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "bytes.yaml").write_bytes("ü: 1\nö: ".encode() + b"\xfc")
    path = {"EMPTY": str(tmp_path / "empty"), "BYTES": str(tmp_path / "bytes.yaml")}.get(path, path)
    with pytest.raises(SettingsError) as caught:
        sources(read(environment={"RULES_PATH": path}))
    assert str(caught.value).startswith("RULES_PATH: ")
    assert said in str(caught.value)


def test_relative_paths_hold_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = [source.name for source in sources(read(environment={}))]
    monkeypatch.chdir(tmp_path)
    assert [source.name for source in sources(read(environment={}))] == here
    assert all(name.startswith("rules/library/") for name in here)


def test_what_is_wrong_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("version: 1\nrules:\n  - {name: a, on: api:app.create, doo: []}\n")
    with pytest.raises(RuleErrors, match=r"a\.yaml:3:35: rules\[0\]\.doo: "):
        load_rules(read(environment={"RULES_PATH": str(tmp_path)}), {})


def test_a_rule_of_the_library_can_be_used_wherever_the_path_leads(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("version: 1\nrules: [{use: roll-back-failed-release, mode: live}]\n")

    [rule] = load_rules(read(environment={"RULES_PATH": str(tmp_path), "HEROKU_API_KEY": "HRKU-x"}), {}).rules

    assert (rule.name, rule.mode, rule.place) == ("roll-back-failed-release", Mode.LIVE, f"{tmp_path}/mine.yaml:2")


def test_what_is_used_stands_in_for_the_rule_that_ships() -> None:
    text = "version: 1\nrules: [{use: roll-back-failed-release, mode: 'off'}]\n"

    shipped, book = (load_rules(read(environment=given), {}) for given in ({}, {"RULES_YAML": text}))

    assert [rule.name for rule in book.rules] == [rule.name for rule in shipped.rules]
    assert [rule.name for rule in book.rules if rule.mode is Mode.OFF] == ["roll-back-failed-release"]


def test_the_library_loads_with_the_real_actions_and_ships_in_shadow() -> None:
    book = load_rules(read(environment={}), {})
    names = {rule.name for rule in book.rules} | {template.name for template in book.templates}
    assert names == {file.stem for file in (ROOT / "rules/library").glob("*.yaml")}
    assert {rule.mode for rule in book.rules} == {Mode.SHADOW}
    assert {step.action for rule in book.rules for step in (*rule.do, *rule.on_failure)} <= set(SPECS)


@pytest.mark.parametrize(
    ("rules", "environment", "fits"),
    [
        pytest.param(NEEDY.replace("MODE", "live"), {}, False, id="a live rule that needs the API"),
        pytest.param(NEEDY.replace("MODE", "shadow"), {}, True, id="in shadow"),
        pytest.param(NEEDY.replace("MODE", "live"), {"ACT": "shadow"}, True, id="under the brake"),
        pytest.param(NEEDY.replace("MODE", "live"), {"HEROKU_PARENT_APP_NAME": "x"}, True, id="in a review app"),
        pytest.param(rule("tell"), {}, True, id="a live rule that only tells"),
        pytest.param(
            rule("tell").replace("mode:", "access: {releases: read}, mode:"), {}, True, id="with access it does not use"
        ),
        pytest.param(
            rule("tell").replace("mode:", "missing: {on: dyno.create, within: 5m}, mode:"),
            {},
            False,
            id="one that looks whether an event is missing",
        ),
        pytest.param(NEEDY.replace("MODE", "live"), {"HEROKU_API_KEY": "HRKU-x"}, True, id="with a token"),
    ],
)
def test_without_a_token_it_runs_if_no_live_rule_needs_one(
    tmp_path: Path, rules: str, environment: dict[str, str], *, fits: bool
) -> None:
    (tmp_path / "a.yaml").write_text(rules)
    settings = read(environment={"RULES_PATH": str(tmp_path), **environment})
    if fits:
        load_rules(settings, {})
        return
    with pytest.raises(
        SettingsError, match=r"HEROKU_API_KEY is not set, and these live rules need .*: (roll-back|tell)$"
    ):
        load_rules(settings, {})


SERVICE = {"INFERENCE_URL": "https://ai.example", "INFERENCE_KEY": "inf-key"}


@pytest.mark.parametrize(
    ("environment", "lacks"),
    [
        ({}, "INFERENCE_URL"),
        ({"INFERENCE_URL": "https://ai.example"}, "INFERENCE_KEY"),
        (SERVICE, ""),
        ({"ACT": "shadow"}, ""),
    ],
)
def test_a_live_rule_that_asks_an_agent_needs_one_to_ask(
    tmp_path: Path, environment: dict[str, str], lacks: str
) -> None:
    text = rule("asks").replace("{notify: {to: log, text: hello}}", "{agent: {prompt: why, model: a-model}}")
    assert "agent" in text
    (tmp_path / "a.yaml").write_text(text)
    settings = read(environment={"RULES_PATH": str(tmp_path), **environment})
    if not lacks:
        load_rules(settings, {})
        return
    with pytest.raises(SettingsError, match=f"{lacks} is not set, and these live rules ask an agent: asks"):
        load_rules(settings, {})


def test_a_live_rule_that_asks_an_agent_needs_a_model(tmp_path: Path) -> None:
    """The add-on was attached under another name, and the first crash was told as "String should have at least 1
    character"."""
    text = rule("asks").replace("{notify: {to: log, text: hello}}", "{agent: {prompt: why}}")
    (tmp_path / "a.yaml").write_text(text)
    load_rules(read(environment={"RULES_PATH": str(tmp_path), **SERVICE, "INFERENCE_MODEL_ID": "a-model"}), {})
    with pytest.raises(SettingsError, match=r"INFERENCE_MODEL_ID is not set, .* without a `model`: asks"):
        load_rules(read(environment={"RULES_PATH": str(tmp_path), **SERVICE}), {})


MODELS = [
    pytest.param("claude-3-5-haiku", "", False, id="less than the rule wants"),
    pytest.param("Claude-4-5-Haiku", "", False, id="in other letters"),
    pytest.param("claude-4-sonnet", "", True, id="as much"),
    pytest.param("claude-3-5-haiku", ", model: claude-4-sonnet", True, id="the rule names another model"),
]


@pytest.mark.parametrize(("model", "more", "fits"), MODELS)
def test_a_rule_wants_no_more_tokens_than_the_environments_model_takes(
    tmp_path: Path, model: str, more: str, *, fits: bool
) -> None:
    """It was told when the step was taken, and nobody heard why the release had crashed."""
    agent = f"{{agent: {{prompt: why, max_tokens: 5000{more}}}}}"
    text = rule("asks").replace("{notify: {to: log, text: hello}}", agent)
    (tmp_path / "a.yaml").write_text(text)
    environment = {"RULES_PATH": str(tmp_path), **SERVICE, "INFERENCE_MODEL_ID": model}
    if fits:
        load_rules(read(environment=environment), environment)
        return
    with pytest.raises(RuleErrors, match=rf"a\.yaml:\d+:\d+: .*max_tokens: must be at most 4096 for {model}, the"):
        load_rules(read(environment=environment), environment)


def test_in_shadow_the_model_does_not_count_yet(tmp_path: Path) -> None:
    text = rule("asks").replace("{notify: {to: log, text: hello}}", "{agent: {prompt: why, max_tokens: 5000}}")
    (tmp_path / "a.yaml").write_text(text.replace("mode: live", "mode: shadow"))
    load_rules(read(environment={"RULES_PATH": str(tmp_path)}), {"INFERENCE_MODEL_ID": "claude-3-5-haiku"})


def test_a_target_whose_variable_is_missing_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(rule("tell") + "targets:\n  ops: {webhook: $OPS_URL}\n")
    settings = read(environment={"RULES_PATH": str(tmp_path)})
    with pytest.raises(RuleErrors, match=r"a\.yaml:5:\d+: targets\.ops\.webhook: .*OPS_URL"):
        load_rules(settings, {})
    load_rules(settings, {"OPS_URL": "https://hooks.example/secret"})
