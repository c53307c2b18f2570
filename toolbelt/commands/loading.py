"""Rules for commands that only look at what they say: no token, no target's variable and no Redis is needed."""

import os
from collections.abc import Sequence

import click

from core.settings import Settings, SettingsError, read
from rules.errors import RuleErrors
from rules.files.loading import load
from rules.files.reading import Source
from rules.rulebook import Rulebook
from workers.actions import SPECS
from workers.rulebooks import library, load_rules, sources


class Unusable(click.ClickException):
    """The rules do not load, or there is nothing to do what was asked with."""

    exit_code = 2


def rules_of(paths: Sequence[str]) -> tuple[list[Source], Rulebook]:
    """The files at `paths`, or those that RULES_PATH and RULES_YAML name, and what they load to. Raises Unusable."""
    try:
        found = sources(settings_for(paths))
        return found, load(found, actions=SPECS, library=library())
    except SettingsError as error:
        raise Unusable(str(error)) from error
    except RuleErrors as error:
        raise Unusable("the rules do not load:\n\n" + "\n\n".join(map(str, error.problems))) from error


def settings_for(paths: Sequence[str]) -> Settings:
    """The settings of the environment, but with these rule files if any are named. Raises SettingsError."""
    chosen = read()
    if not paths:
        return chosen
    return chosen.model_copy(update={"rules_path": ":".join(map(os.path.abspath, paths)), "rules_yaml": None})


def todays_rules() -> Rulebook | None:
    """The rules as the environment names them; None if they do not load, since telling goes on without."""
    try:
        return load_rules(read(), os.environ)
    except (RuleErrors, SettingsError):
        return None
