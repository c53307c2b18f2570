"""Rules for commands that only look at what they say: no token, no target's variable and no Redis is needed."""

import os
from collections.abc import Sequence
from pathlib import Path

from core.settings import Settings, SettingsError, read
from rules.errors import RuleErrors
from rules.files.loading import load
from rules.files.reading import Source
from rules.rulebook import Rulebook
from toolbelt.commands.problems import refusing
from workers.actions import SPECS
from workers.rulebooks import library, load_rules, sources, sources_at


def rules_of(paths: Sequence[str]) -> tuple[list[Source], Rulebook]:
    """The files at `paths`, or those that RULES_PATH and RULES_YAML name, and their rules; else the command ends."""
    with refusing(unusable=True):
        found = sources_of(paths, read())
        return found, load(found, actions=SPECS, library=library())


def sources_of(paths: Sequence[str], chosen: Settings) -> list[Source]:
    """The files at `paths`, from here, or those that the settings name if there are none. Raises SettingsError."""
    for path in paths:
        if not Path(path).exists():
            raise SettingsError(f"there is no file or folder {path!r}")
    return sources_at(paths) if paths else sources(chosen)


def todays_rules() -> Rulebook | None:
    """The rules as the environment names them; None if they do not load, since telling goes on without."""
    try:
        return load_rules(read(), os.environ)
    except (RuleErrors, SettingsError):
        return None
