"""A link must not lead the making of an environment into a folder that others use."""

import subprocess
import sys
from pathlib import Path

from toolbelt.crew import HOME


def test_what_a_linked_environment_leads_to_is_left_alone(tmp_path: Path) -> None:
    """A second copy had `.venv` linked to the first one's; `bin/demo` there emptied it under everybody."""
    theirs, home = tmp_path / "theirs", tmp_path / "home"
    theirs.mkdir()
    home.mkdir()
    (theirs / "made-from").write_text("another place")
    (home / ".venv").symlink_to(theirs)
    (home / "requirements-dev.txt").write_text("# nothing\n")

    made = subprocess.run(
        [sys.executable, "-I", str(HOME / "toolbelt/making_venv.py"), str(home)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert made.returncode == 1
    assert "is a link to" in made.stderr
    assert (theirs / "made-from").read_text() == "another place"
