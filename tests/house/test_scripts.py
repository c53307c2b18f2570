"""The scripts of bin/ find their way, from any folder and with any Python that they are offered."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from toolbelt.crew import HOME

SCRIPTS = ["bench", "demo", "dev", "dynohook", "test"]
REFUSES = "#!/bin/sh\necho 'pyenv: version `3.99` is not installed' >&2\nexit 127\n"
TOO_OLD = "#!/bin/sh\nexit 1\n"


def run(command: list[str], *, cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env=dict(env), capture_output=True, text=True, timeout=60, check=False)


def setup(
    script: str, *, cwd: Path, path: str, home: Path = HOME, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a few lines of bash after bin/_setup was read."""
    lines = f'set -euo pipefail; home="{home}"; source "{HOME}/bin/_setup"; {script}'
    return run(["bash", "-c", lines], cwd=cwd, env={"PATH": path, **variables})


@pytest.fixture
def offered(tmp_path: Path) -> Path:
    """A folder of programs named like Pythons, before everything else on PATH."""
    folder = tmp_path / "a folder"
    folder.mkdir()
    return folder


def offer(folder: Path, name: str, text: str) -> Path:
    program = folder / name
    program.write_text(text)
    program.chmod(0o755)
    return program


def works(text: str = "") -> str:
    return f'#!/bin/sh\nexec "{sys.executable}" "$@"\n{text}'


TOOLS = "/usr/bin:/bin"


@pytest.mark.parametrize(
    "unfit", [pytest.param(REFUSES, id="a shim that refuses"), pytest.param(TOO_OLD, id="one that is too old")]
)
def test_an_unfit_python_is_passed_over(offered: Path, tmp_path: Path, unfit: str) -> None:
    for name in ("python3.11", "python3.12", "python3.13"):
        offer(offered, name, unfit)
    fit = offer(offered, "python3.14", works())
    found = setup("find_python", cwd=tmp_path, path=f"{offered}:{without_python(tmp_path)}")
    assert found.stdout.strip() == str(fit)


def test_a_python_further_down_the_path_is_found(offered: Path, tmp_path: Path) -> None:
    offer(offered, "python3", REFUSES)
    second = tmp_path / "second"
    second.mkdir()
    fit = offer(second, "python3", works())
    found = setup("find_python", cwd=tmp_path, path=f"{offered}:{second}:{without_python(tmp_path)}")
    assert found.stdout.strip() == str(fit)


def test_the_python_that_is_named_comes_first(offered: Path, tmp_path: Path) -> None:
    offer(offered, "python3.11", works())
    named = offer(tmp_path, "mine", works())
    path = f"{offered}:{without_python(tmp_path)}"
    assert setup("find_python", cwd=tmp_path, path=path, PYTHON=str(named)).stdout.strip() == str(named)


def test_without_any_python_it_says_what_is_needed(offered: Path, tmp_path: Path) -> None:
    offer(offered, "python3", REFUSES)
    found = setup("use_venv", cwd=tmp_path, path=f"{offered}:{without_python(tmp_path)}", home=tmp_path)
    assert found.returncode != 0
    assert "needs Python 3.11 or newer" in found.stderr


def test_on_a_dyno_the_python_that_is_there_is_used(tmp_path: Path) -> None:
    found = setup("use_what_is_there && echo $python", cwd=tmp_path, path=TOOLS, home=tmp_path, DYNO="run.1")
    assert found.stdout.strip() == "python3"


def test_a_python_with_the_packages_is_used_where_there_is_no_venv(offered: Path, tmp_path: Path) -> None:
    offer(offered, "python3", works())
    path = f"{offered}:{TOOLS}"
    assert setup("use_what_is_there", cwd=tmp_path, path=path, home=tmp_path).returncode == 0


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_script_says_what_it_is_for_from_any_folder_through_a_link(script: str, tmp_path: Path) -> None:
    link = tmp_path / "a link"
    link.symlink_to(HOME / "bin" / script)
    helped = run([str(link), "--help"], cwd=tmp_path, env={**os.environ, "PATH": TOOLS})
    assert helped.returncode == 0, helped.stderr
    assert helped.stdout.startswith(f"Usage: bin/{script} "), "the name that a person types"
    assert "-h, --help" in helped.stdout


def test_every_script_is_covered_here() -> None:
    assert sorted(path.name for path in (HOME / "bin").iterdir() if path.name != "_setup") == SCRIPTS


def test_what_continuous_integration_runs_is_what_a_person_runs() -> None:
    lines = (HOME / ".ci/run").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == ['exec "$(dirname "$0")/../bin/test"']


def without_python(tmp_path: Path) -> Path:
    """The few tools that bin/_setup needs, and no Python."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for tool in ("bash", "cat", "cmp"):
        found = shutil.which(tool)
        assert found is not None
        (folder / tool).symlink_to(found)
    return folder
