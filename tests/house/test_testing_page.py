"""The page on testing rules: what it shows as the answer of a command is what the command says."""

import re
from pathlib import Path

from click.testing import CliRunner

from toolbelt.cli import main
from toolbelt.crew import HOME

TEXT = (HOME / "docs" / "testing-rules.md").read_text()
EXAMPLE = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)[0]
SHOWN = TEXT.partition("instead of `at: 20s` above:\n\n```\n")[2].partition("```")[0]


def test_a_failure_looks_as_shown(tmp_path: Path) -> None:
    path = tmp_path / "my-rules.yaml"
    path.write_text(EXAMPLE.replace("at: 20s, do:", "at: 30s, do:"))

    ran = CliRunner().invoke(main, ("rules", "test", str(path)))

    assert ran.exit_code == 1
    assert SHOWN
    assert SHOWN in ran.output
