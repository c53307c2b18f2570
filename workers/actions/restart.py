"""`restart`: restarts a dyno, those of a process type, or all of an app, and checks that they come up again."""

from typing import Self

from pydantic import Field, model_validator

from heroku.access import Level
from heroku.errors import NotFound
from heroku.models import Dyno
from rules.actions import ActionSpec, Need
from workers import marks
from workers.actions.base import Action, Outcome, Step
from workers.actions.parameters import DynoName, ProcessType
from workers.actions.parameters import Params as Base

AT_ONCE = 10  # dynos in one look: what was seen must not grow too old
CHECK_SECONDS = 5.0
CHECK_MOST_SECONDS = 180.0
NAMED_MOST = 5  # in a sentence


class Params(Base):
    """Which dynos; all of the app, if neither is given."""

    dyno: DynoName | None = Field(None, description="One dyno, by its name: web.1.")
    type: ProcessType | None = Field(None, description="All dynos of a process type: web, worker …")

    @model_validator(mode="after")
    def _says_one(self) -> Self:
        if self.dyno is not None and self.type is not None:
            raise ValueError("dyno and type do not go together")
        return self

    @property
    def meant(self) -> str:
        """Which, for a sentence."""
        return self.dyno or (f"dyno of type {self.type}" if self.type else "dyno")

    def fits(self, dyno: Dyno) -> bool:
        """Whether it is one of those; a one-off is restarted by nobody."""
        if dyno.type in marks.ONE_OFFS:
            return False
        return (self.dyno or dyno.name) == dyno.name and (self.type or dyno.type) == dyno.type


def perform(step: Step[Params]) -> Outcome:
    """Note which dynos run, restart each, and see to it that others are up in their place."""
    if "before" not in step.memory:
        before = {dyno.name: dyno.id for dyno in step.heroku.dynos(step.app) if step.params.fits(dyno)}
        if not before:
            return _nothing_there(step)
        step.memory.update(before=before, asked=[], asked_at=step.now)
    left = [name for name in step.memory["before"] if name not in step.memory["asked"]]
    if left:
        _restart(step, left)
        if not step.memory["before"]:
            return _nothing_there(step)
        if len(step.memory["asked"]) < len(step.memory["before"]):
            return Outcome("waiting", f"Restarting {_listed(left)}.", changed=True, own=_marks(step, {}))
    return _check(step)


def settle(step: Step[Params]) -> Outcome | None:
    """A call without an answer: which dynos are still the same? Those are restarted yet."""
    now = {dyno.name: dyno for dyno in step.heroku.dynos(step.app)}
    step.memory["asked"] = [name for name, id in step.memory["before"].items() if name not in now or now[name].id != id]
    return _check(step) if len(step.memory["asked"]) == len(step.memory["before"]) else None


def _nothing_there(step: Step[Params]) -> Outcome:
    return Outcome("not needed", f"There is no {step.params.meant} to restart.")


def _restart(step: Step[Params], left: list[str]) -> None:
    asked = step.memory["asked"]
    if step.params.dyno is None and step.params.type is None and not asked:
        step.intend(kind="dyno", target=marks.EVERY_DYNO)
        step.heroku.restart_all(step.app)
        asked.extend(left)
        return
    for name in left[:AT_ONCE]:
        step.intend(kind="dyno", target=name)
        try:
            step.heroku.restart_dyno(step.app, name)
        except NotFound:  # scaled away meanwhile
            step.memory["before"].pop(name)
            continue
        asked.append(name)


def _check(step: Step[Params]) -> Outcome:
    """Is another dyno up in the place of each?"""
    before: dict[str, str] = step.memory["before"]
    now = {dyno.name: dyno for dyno in step.heroku.dynos(step.app) if dyno.name in before}
    fresh = {name: dyno for name, dyno in now.items() if dyno.id != before[name]}
    own, names = _marks(step, fresh), _listed(before)
    seen: dict[str, str] = step.memory.setdefault("seen", {})
    crashed = [name for name, dyno in fresh.items() if dyno.state == "crashed" or seen.get(name, dyno.id) != dyno.id]
    seen.update({name: dyno.id for name, dyno in fresh.items()})
    if crashed:
        return Outcome("failed", f"Restarted {names}; {_listed(crashed)} crashed.", changed=True, own=own)
    missing = [name for name in before if name not in fresh or fresh[name].state != "up"]
    if not missing:
        output = {"dynos": list(before)}
        return Outcome("done", f"Restarted {names}: up again.", changed=True, output=output, own=own)
    if step.now - step.memory["asked_at"] > CHECK_MOST_SECONDS:
        gone = [name for name in missing if name not in now]
        if gone == missing:  # the formation was scaled meanwhile
            return Outcome("done", f"Restarted {names}; {_listed(gone)} did not come back.", changed=True, own=own)
        return Outcome("failed", f"Restarted {names}; {_listed(missing)} not up after 3 min.", changed=True, own=own)
    return Outcome(
        "waiting", f"Restarted {names}; waiting for {_listed(missing)}.", changed=True, own=own,
        look_again=CHECK_SECONDS,
    )  # fmt: skip


def _marks(step: Step[Params], fresh: dict[str, Dyno]) -> list[str]:
    """The ends of the old and the beginnings of the new."""
    ended = [marks.removed(id) for name, id in step.memory["before"].items() if name in step.memory["asked"]]
    return [*ended, *(marks.made(dyno.id) for dyno in fresh.values())]


def _listed(names: object) -> str:
    found = sorted(names) if isinstance(names, (list, dict)) else []
    more = len(found) - NAMED_MOST
    return ", ".join(found[:NAMED_MOST]) + (f" and {more} more" if more > 0 else "")


ACTION = Action(
    spec=ActionSpec(name="restart", params=Params, needs=(Need("dynos", Level.WRITE),), changes=True, hears=("dyno",)),
    perform=perform,
    settle=settle,
    reads_live_state=True,
)
