"""By what an event is known as the effect of a call of ours: marks that the call left, and intents while it is open.

What lives on after our call must not be taken for ours for ever, as people change it too. So a mark names the one
change that we made: a thing's beginning, its end, or its state as of a time. Only releases, builds and one-off dynos
are marked whole: all that happens to them follows from our making them.
"""

from datetime import datetime

from heroku import times
from heroku.events import NAME_CHARACTERS, Event

ONE_OFFS = frozenset({"run", "scheduler", "release"})  # process types whose dynos end "crashed" in the normal course
WHOLE = frozenset({"release", "build"})
CONFIG = " config vars"  # how Heroku's description of a release ends that was made of a change of config vars
EVERY_DYNO = "all"
HIGHEST_STATUS = 255
LONGEST_TARGET = 1_000  # characters; a release that sets many config vars names them all


def made(id: str) -> str:
    """The mark of a thing that our call made."""
    return f"{id}:create"


def removed(id: str) -> str:
    """The mark of a thing that our call took away."""
    return f"{id}:destroy"


def changed(id: str, updated_at: datetime | None) -> str:
    """The mark of a thing as our call left it; to the second, as Heroku writes its times in several ways."""
    return f"{id}:update:{int(updated_at.timestamp()) if updated_at else ''}"


def of(event: Event) -> str:
    """The mark that our call left if this event is its effect; empty where no call of ours leaves one."""
    id = event.data.get("id")
    if not isinstance(id, str) or len(id) > NAME_CHARACTERS:
        return ""
    if event.resource in WHOLE or is_one_off(event):
        return id
    if _is_crash(event):
        return ""
    if event.action == "update":
        return changed(id, times.parse(event.data.get("updated_at")))
    return f"{id}:{event.action}"


def is_one_off(event: Event) -> bool:
    """Whether this is about a dyno that belongs to no formation."""
    kind = event.data.get("type")
    named = isinstance(kind, str) and kind in ONE_OFFS
    return event.resource == "dyno" and (named or event.data.get("management") == "run")


def exit_of(event: Event) -> tuple[str, int] | None:
    """The one-off dyno that ended, and its exit status; None if this tells of something else."""
    id, status = event.data.get("id"), event.data.get("exit_status")
    ended = event.include == "dyno" and event.action == "destroy" and is_one_off(event)
    if not ended or not isinstance(id, str) or type(status) is not int or not 0 <= status <= HIGHEST_STATUS:
        return None
    return id, status


def _is_crash(event: Event) -> bool:
    """Whoever started the dyno, nobody meant that."""
    return event.resource == "dyno" and event.data.get("state") == "crashed"


def intents(event: Event) -> list[str]:
    """What an open call of ours may have intended that this event could be the effect of: <app>:<kind>:<target>."""
    if event.app is None or event.app.id is None or _is_crash(event):
        return []
    return [f"{event.app.id}:{intent}" for intent in dict.fromkeys(_intents(event))]


def _intents(event: Event) -> list[str]:
    data = event.data
    match event.resource:
        case "release":
            said = _text(data, "description")
            changed = [f"config:{said}", "config:*"] if said.endswith(CONFIG) else []
            return [f"release:{said or '*'}", *changed]
        case "build":
            return [f"build:{_text(data, 'source_blob', 'version') or '*'}"]
        case "formation":
            return [f"formation:{_text(data, 'type') or '*'}"]
        case "dyno":
            return [f"dyno:{target}" for target in (_text(data, "name"), _text(data, "type"), EVERY_DYNO) if target]
        case "addon":
            return [f"addon:{target}" for target in (_text(data, "name"), _text(data, "plan", "name")) if target]
        case "domain":
            return [f"domain:{_text(data, 'hostname') or '*'}"]
        case "collaborator":
            who = (_text(data, "user", "email"), _text(data, "user", "id"))
            return [f"collaborator:{target}" for target in who if target]
        case "app":
            return ["app:*"]
    return []


def _text(data: object, *path: str) -> str:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, str) and len(data) <= LONGEST_TARGET else ""
