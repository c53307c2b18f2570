"""Pages out of templates: everything that is put in is text and never markup."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core import links
from core.runs import RUN_STATES
from core.telling.words import ago, moment
from receiver.console.harmless import harmless, short
from rules.subscriptions import ENTITIES

LONGEST_JSON = 64_000  # characters: looking through them for secrets stops everything else for some 20 ms
TEMPLATES = Path(__file__).parent / "templates"
FILES = Path(__file__).parent / "static"
PAGES = (
    ("/", "Overview"),
    ("/events", "Events"),
    ("/runs", "Runs"),
    ("/rules", "Rules"),
    ("/silences", "Silences"),
    ("/messages", "Messages"),
    ("/calls", "Calls"),
    ("/people", "People"),
    ("/pause", "Pause"),
)

EVENT_STATES = ("waiting", "decided", "dead", "unreadable")

# How a state looks: what is well, what is under way, what asks for a person, what went wrong. Others look like nothing.
TONES: Mapping[str, str] = {
    **dict.fromkeys(("done", "not needed", "found", "planned"), "ok"),
    **dict.fromkeys(("due", "queued", "running", "started", "waiting", "waits"), "busy"),
    **dict.fromkeys(("needs approval", "paused", "silenced", "unavailable", "breaker", "breaker opened"), "asks"),
    **dict.fromkeys(
        (
            *("failed", "denied", "unknown", "dead", "dead letter", "unreadable", "done with failures"),
            *("refused", "never known"),
        ),
        "wrong",
    ),
}


def tone(word: str) -> str:
    """The class of a state, empty for a word that is none."""
    return TONES.get(word, "")


def asset(name: str) -> str:
    """The address of a file of ours; another one as soon as the file changes, so that browsers may keep it."""
    digest = hashlib.sha256((FILES / name).read_bytes()).hexdigest()
    return f"{links.CONSOLE}/static/{name}?{digest[:12]}"


def draw(template: str, known: Mapping[str, Any]) -> str:
    """The whole page. Raises jinja2.UndefinedError for a value that a template wants and nobody gave."""
    return _environment.get_template(template).render(known)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?', '…', '”')) else '.'}"


def _number(number: int) -> str:
    return f"{number:,}"


def _hour(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%a %H:%M")


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def _json(value: Any) -> str:
    return short(json.dumps(value, indent=2, ensure_ascii=False, default=str), LONGEST_JSON)


_environment = Environment(
    autoescape=True,
    loader=FileSystemLoader(TEMPLATES),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
    finalize=harmless,
)
_environment.globals |= {
    "assets": {name: asset(name) for name in ("console.css", "htmx.min.js", "icon.svg")},
    "console": links.CONSOLE,
    "pages": PAGES,
    "run_states": RUN_STATES,
    "event_states": EVENT_STATES,
    "entities": ENTITIES,
    "run_page": lambda id: links.run(links.CONSOLE, id),
    "runs_page": lambda **only: links.runs(links.CONSOLE, **only),
    "rule_page": lambda name: links.rule(links.CONSOLE, name),
    "event_page": lambda id: links.event(links.CONSOLE, id),
    "tone": tone,
}
_environment.filters |= {
    "ago": ago,
    "moment": moment,
    "hour": _hour,
    "iso": _iso,
    "json": _json,
    "number": _number,
    "sentence": _sentence,
    "short": short,
}
