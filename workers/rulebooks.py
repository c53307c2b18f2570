"""Reading the rule files that the settings name."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from core.settings import Settings, SettingsError
from rules.files.loading import Source, load
from rules.model import Mode
from rules.rulebook import Rule, Rulebook, Step
from workers.actions import SPECS

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "rules" / "library"
AGENT = "agent"
SUFFIXES = (".yaml", ".yml")


def sources(settings: Settings) -> list[Source]:
    """The rule files of RULES_PATH, each once, then RULES_YAML. Raises SettingsError for a path without any."""
    try:
        found = sources_at(_parts(settings))
    except SettingsError as error:
        raise SettingsError(f"RULES_PATH: {error}") from None
    if settings.rules_yaml:
        found.append(Source("RULES_YAML", settings.rules_yaml))
    return found


def sources_at(paths: Iterable[str]) -> list[Source]:
    """The rule files at these paths, each once. Raises SettingsError for a path without any."""
    files = dict.fromkeys(file.resolve() for path in paths for file in _files(path))
    return [Source(_name(file), _text(file)) for file in files]


def library() -> list[Source]:
    """The rules that ship, which rule files may `use` wherever RULES_PATH leads."""
    return [Source(_name(file), _text(file)) for file in _files(str(LIBRARY))]


def standing(settings: Settings) -> tuple[object, ...]:
    """How the rule files stand on the disk, and those that may be used: if this is the same, so is what they say."""
    try:
        return tuple(_standing(file) for part in (*_parts(settings), str(LIBRARY)) for file in _files(part))
    except (SettingsError, OSError) as error:
        return (str(error),)


def _standing(file: Path) -> tuple[object, ...]:
    try:
        found = file.stat()
    except OSError as error:
        return (str(file), type(error).__name__)
    return (str(file), found.st_mtime_ns, found.st_size, found.st_ino)


def _parts(settings: Settings) -> list[str]:
    return [part.strip() for part in settings.rules_path.split(":") if part.strip()]


def _files(part: str) -> list[Path]:
    """A file, or all of a folder's in lexicographic order; from where we stand, else from the project's own folder."""
    path = Path(part) if Path(part).exists() else ROOT / part
    if not path.is_dir():
        if path.exists():
            return [path]
        raise SettingsError(f"there is no file or folder {part!r}")
    files = [file for file in path.rglob("*") if file.suffix in SUFFIXES and not _is_hidden(file.relative_to(path))]
    if not files:
        raise SettingsError(f"there is no file in {part!r} that ends in {' or '.join(SUFFIXES)}")
    return sorted(files, key=lambda file: file.relative_to(path).as_posix())


def _is_hidden(path: Path) -> bool:
    """An editor's own, mostly."""
    return any(part.startswith(".") for part in path.parts)


def _name(file: Path) -> str:
    """As people know it: short for those of the project."""
    return os.path.relpath(file, ROOT) if file.is_relative_to(ROOT) else str(file)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{file} cannot be read ({type(error).__name__})") from None
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8").split("\n")
        place = f"{file}:{len(before)}:{len(before[-1]) + 1}"
        raise SettingsError(f"{place}: is not text in UTF-8 from here on") from None


def load_rules(settings: Settings, environment: Mapping[str, str]) -> Rulebook:
    """The rules as a worker runs them. Raises SettingsError, or rules.errors.RuleErrors with every problem."""
    book = load(sources(settings), actions=SPECS, environment=environment, library=library())
    if lack := lacking(book, settings):
        raise SettingsError(lack)
    return book


def lacking(book: Rulebook, settings: Settings) -> str:
    """What live rules need and nobody has set; nothing if all is well."""
    live = [rule for rule in book.rules if _is_live(rule.mode, settings)]
    callers = [rule.name for rule in live if _needs_heroku(rule)]
    asks = {rule.name: asking for rule in live if (asking := [step for step in _steps(rule) if step.action == AGENT])}
    lacks = []
    if callers and not settings.has_credentials:
        lacks.append(f"HEROKU_API_KEY is not set, and these live rules need Heroku's API: {', '.join(callers)}")
    if asks and not (settings.inference_url and settings.inference_key):
        missing = "INFERENCE_KEY" if settings.inference_url else "INFERENCE_URL"
        lacks.append(f"{missing} is not set, and these live rules ask an agent: {', '.join(asks)}")
    any_model = [name for name, steps in asks.items() if not all(step.params.get("model") for step in steps)]
    if any_model and not settings.inference_model_id:
        named = ", ".join(any_model)
        lacks.append(f"INFERENCE_MODEL_ID is not set, and these live rules ask an agent without a `model`: {named}")
    return "; ".join(lacks)


def _is_live(mode: Mode, settings: Settings) -> bool:
    return mode is Mode.LIVE and settings.brake == "live"


def _needs_heroku(rule: Rule) -> bool:
    """For its steps, or to look whether what is missing is in Heroku's own list."""
    return rule.missing is not None or any(SPECS[step.action].needed(step.params) for step in _steps(rule))


def _steps(rule: Rule) -> tuple[Step, ...]:
    return (*rule.do, *rule.on_failure)
