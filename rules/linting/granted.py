"""Access that no step uses: what was not granted cannot be misused."""

from collections.abc import Iterator

from heroku.access import Level
from rules.errors import Fault
from rules.linting.subject import Subject, warning
from rules.model import EVENTS_APP


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


def _told(group: str, level: Level, enough: Level) -> str:
    if enough is Level.OFF:
        return "is granted, and no step uses it"
    return f"{level.word} is granted, and {enough.word} is enough; write `{group}: {enough.word}`"
