"""Dead letters for people: what each is about, so that one can be told from the other."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from core.sight import Sight
from core.sightings import KeptEvent
from core.telling.events import KINDS, app_name, kind, read


class Letter(NamedTuple):
    """What was given up. `kind` is event, run or wait; `event` the id of the event behind it, empty if not known."""

    kind: str
    id: str
    at: float  # seconds since 1970
    attempts: int
    what: str
    app: str
    event: str


def letters(dead: Mapping[str, Mapping[str, Any]], sight: Sight) -> list[Letter]:
    """These dead letters, in that order. Three round trips."""
    keys: dict[str, list[str]] = {lane: [] for lane in KINDS}
    for key in dead:
        lane, _, id = key.partition(" ")
        keys.setdefault(lane, []).append(id)
    about = {
        f"{lane} {id}": told
        for lane, ids, look in (
            ("decide", keys["decide"], _events),
            ("act", keys["act"], _runs),
            ("wait", keys["wait"], _waits),
        )
        for id, told in (look(ids, sight) if ids else ())
    }
    return [_letter(key, letter, about.get(key, ("", "", ""))) for key, letter in dead.items()]


About = tuple[str, str, str]  # what it is, its app, its event


def _events(ids: Sequence[str], sight: Sight) -> Iterator[tuple[str, About]]:
    for one in sight.kept_events(ids):
        event = read(one)
        yield one.id, (kind(event) if event else _unread(one), app_name(event), one.id)


def _unread(one: KeptEvent) -> str:
    if one.state == "gone":
        return ""
    return "that could not be read" if one.kept else "of another version of Dynohook"


def _runs(ids: Sequence[str], sight: Sight) -> Iterator[tuple[str, About]]:
    for run in sight.kept_runs(ids):
        yield run.id, (f"rule {run.rule}", run.app_name, run.event_id if run.event else "")


def _waits(ids: Sequence[str], sight: Sight) -> Iterator[tuple[str, About]]:
    for id, (rule, event) in zip(ids, sight.put_off(ids), strict=True):
        yield id, (f"rule {rule}, put off" if rule else "", "", event)


def _letter(key: str, letter: Mapping[str, Any], about: About) -> Letter:
    lane, _, id = key.partition(" ")
    return Letter(KINDS.get(lane, lane), id, letter["at"] / 1000, int(letter.get("attempts", 0)), *about)
