"""The test command runs what it says, sees nothing of the caller's, and says what is not right."""

import subprocess
from pathlib import Path

import pytest

from toolbelt.checks import absolute, failing
from toolbelt.crew import HOME

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}


def test_all_checks_run_and_those_that_fail_are_named_with_what_they_said(capsys: pytest.CaptureFixture[str]) -> None:
    checks = {"style": ("true",), "types": ("sh", "-c", "echo line 3 is wrong; exit 1"), "layers": ("false",)}
    assert failing(ENVIRONMENT, checks=checks) == ["types", "layers"]
    said = capsys.readouterr().out
    assert "line 3 is wrong" in said
    assert said.splitlines()[0].split() == ["style", "right"]


def test_paths_are_meant_from_the_callers_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test_mine.py").touch()
    given = ["test_mine.py::test_x[a::b]", "tests/rules", "-k", "glob"]
    assert absolute(given) == [f"{tmp_path}/test_mine.py::test_x[a::b]", "tests/rules", "-k", "glob"]


def test_arguments_reach_pytest_and_the_callers_settings_do_not(tmp_path: Path) -> None:
    test = tmp_path / "test_inside.py"
    test.write_text(
        "import os\n"
        "def test_environment():\n"
        "    assert os.environ['HEROKU_API_URL'].startswith('http://127.0.0.1')\n"
        "    assert 'HEROKU_API_KEY' not in os.environ and 'ACT' not in os.environ\n"
        "    assert os.environ['FAULTS'] == 'many'\n"
    )
    ran = subprocess.run(
        [HOME / "bin/test", "--fast", "--faults", "-n0", "-p", "no:cacheprovider", "test_inside.py"],
        cwd=tmp_path,
        env={**ENVIRONMENT, "HEROKU_API_KEY": "theirs", "ACT": "live"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " 1 passed in " in ran.stdout.splitlines()[-1]
