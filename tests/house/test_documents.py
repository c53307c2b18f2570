"""What the documents say is what the code does."""

import json
from typing import Any

import pytest

from core.settings import Settings
from receiver.console.drawing import PAGES
from toolbelt import documents
from toolbelt.crew import HOME
from toolbelt.procfile import read


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((HOME / "app.json").read_text())
    return content


def test_what_follows_from_the_code_is_current() -> None:
    """If not: python -m toolbelt.documents"""
    assert [path.name for path in documents.stale()] == []


def test_every_setting_is_asked_for_or_set_by_heroku(manifest: dict[str, Any]) -> None:
    settings = {name.upper() for name in Settings.model_fields}
    by_heroku = {name.upper() for name in documents.SET_BY_HEROKU}
    assert set(manifest["env"]) | by_heroku == settings
    assert by_heroku < settings


def test_every_setting_has_a_row_on_its_page() -> None:
    rows = [line.split("`")[1] for line in documents.settings_page().splitlines() if line.startswith("| `")]
    assert rows == [name.upper() for name in Settings.model_fields]


def test_every_page_of_the_console_has_a_row_on_its_page() -> None:
    rows = {line.split("|")[1].strip() for line in (HOME / "docs/console.md").read_text().splitlines() if "|" in line}
    assert {name for _, name in PAGES} - rows == set()


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_deploy_button_asks_for_nothing_that_a_newcomer_cannot_answer(manifest: dict[str, Any]) -> None:
    unavoidable = [name for name, asked in manifest["env"].items() if asked.get("required", True)]
    assert unavoidable == ["WEBHOOK_SECRET", "CONSOLE_PASSWORD"]
    assert {manifest["env"][name]["generator"] for name in unavoidable} == {"secret"}
    assert not any("value" in asked for asked in manifest["env"].values())


def test_the_deploy_button_starts_both_processes_on_the_cheapest_plans(manifest: dict[str, Any]) -> None:
    assert manifest["addons"] == ["heroku-redis:mini"]
    assert set(manifest["formation"]) == set(read()) - {"release"}


def test_a_review_app_touches_nothing(manifest: dict[str, Any]) -> None:
    assert manifest["environments"]["review"]["env"]["ACT"]["value"] == "shadow"


def test_a_release_checks_its_rules_first() -> None:
    assert read()["release"] == "bin/dynohook rules check"


def test_pictures_are_small() -> None:
    """They stay in the repository for ever, in each state that they ever had."""
    pictures = list((HOME / "docs").glob("*.png"))
    assert [path.name for path in pictures if path.stat().st_size > 150_000] == []
    assert pictures
