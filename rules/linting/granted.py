"""Access that no step uses: what was not granted cannot be misused."""

from collections.abc import Iterator

from heroku.access import Level
from rules.errors import Fault
from rules.linting.subject import Subject, warning
from rules.model import EVENTS_APP

NEARLY = frozenset({"event", "events", "own", "self", "this", "app", "event.app", "app.name"})


def too_much_access(subject: Subject) -> Iterator[Fault]:
    """One warning for each group that is granted further than the steps reach."""
    needed: dict[str, Level] = {}
    for step, _, spec in subject.steps():
        for group, level in (*spec.needed(step.params), *spec.uses):
            needed[group] = max(level, needed.get(group, Level.OFF))
    for group, level in subject.model.access.items():
        enough = needed.get(group, Level.OFF)
        if level > enough:
            yield warning(("access", group), _told(group, level, enough), at_key=True)


def apps_without_use(subject: Subject) -> Iterator[Fault]:
    """One warning if other apps may be touched by steps that touch none."""
    touches = any(spec.needed(step.params) for step, _, spec in subject.steps())
    if not touches and subject.model.on_apps != [EVENTS_APP]:
        yield warning(("on_apps",), "no step touches any app", at_key=True)


def apps_hardly_meant(subject: Subject) -> Iterator[Fault]:
    """One warning for each word that is nearly `event`: it would stand for an app of that name."""
    for index, word in enumerate(subject.model.on_apps):
        if word != EVENTS_APP and word.lower() in NEARLY:
            message = f"is an app called {word}; the event's own app is `{EVENTS_APP}`"
            yield warning(("on_apps", index), message, EVENTS_APP)


def _told(group: str, level: Level, enough: Level) -> str:
    if enough is Level.OFF:
        return "is granted, and no step uses it"
    return f"{level.word} is granted, and {enough.word} is enough; write `{group}: {enough.word}`"
