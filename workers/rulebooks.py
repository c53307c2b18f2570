"""Reading the rule files that the settings name."""

import os
from collections.abc import Mapping
from pathlib import Path

from core.settings import Settings, SettingsError
from rules.loading import Source, load
from rules.model import Mode
from rules.rulebook import Rulebook
from workers.actions import SPECS

ROOT = Path(__file__).resolve().parent.parent


def sources(settings: Settings) -> list[Source]:
    """The rule files of RULES_PATH in lexicographic order, then RULES_YAML. Raises SettingsError for a path without."""
    found: list[Source] = []
    for part in filter(None, settings.rules_path.split(":")):
        path = Path(part) if Path(part).exists() else ROOT / part
        if not path.exists():
            raise SettingsError(f"RULES_PATH: there is no file or folder {part!r}")
        files = sorted(file for file in path.rglob("*.y*ml")) if path.is_dir() else [path]
        found += [
            Source(os.path.relpath(file, ROOT) if file.is_relative_to(ROOT) else str(file), _text(file))
            for file in files
        ]
    if settings.rules_yaml:
        found.append(Source("RULES_YAML", settings.rules_yaml))
    return found


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"RULES_PATH: {file} cannot be read ({type(error).__name__})") from None


def load_rules(settings: Settings, environment: Mapping[str, str]) -> Rulebook:
    """The rules as a worker runs them. Raises SettingsError, or rules.errors.RuleErrors with every problem."""
    book = load(sources(settings), actions=SPECS, environment=environment)
    if not settings.has_credentials:
        needy = [rule.name for rule in book.rules if _is_live(rule.mode, settings) and rule.access]
        if needy:
            raise SettingsError(
                f"HEROKU_API_KEY is not set, and these live rules need Heroku's API: {', '.join(needy)}"
            )
    return book


def _is_live(mode: Mode, settings: Settings) -> bool:
    return mode is Mode.LIVE and settings.brake == "live"
