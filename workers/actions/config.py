"""`config`: sets and takes away config vars. Their values get into nothing that is kept or said; their names do."""

from collections.abc import Mapping
from itertools import islice
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from heroku.access import Level
from heroku.models import Release
from rules.actions import ActionSpec, Need
from rules.texts.pieces import something
from workers import marks
from workers.actions.base import Action, Outcome, Step
from workers.actions.commands import decides_nothing
from workers.actions.parameters import NotSet, Secret, VariableName, VariableNames, resolved
from workers.actions.parameters import Params as Base

LOOKED_AT = 5  # releases, the newest: ours is among them
NAMES_CHARACTERS = 300  # in a sentence

Changes = Mapping[str, str | None]


class Params(Base):
    """Which config vars, by name."""

    set: Annotated[dict[VariableName, Secret], AfterValidator(decides_nothing)] = Field(
        default_factory=dict,
        description="Values by name. `$NAME` stands for a variable of this service's own environment; "
        "that is where secrets belong.",
    )
    unset: VariableNames = Field(
        default_factory=list, description="The names of those to take away.", validate_default=False
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.set and not self.unset:
            raise ValueError("set or unset must name a config var")
        both = sorted({*self.set} & {*self.unset})
        if both:
            raise ValueError(f"{', '.join(both)} cannot be both set and unset")
        return self


def perform(step: Step[Params]) -> Outcome:
    """Look, and change what is not so in one call: it makes a release, and all dynos restart."""
    changes = _changes(step)
    if not changes:
        return _done(step) if step.called else Outcome("not needed", _so_already(step.params))
    step.memory["names"] = [
        [name for name, value in changes.items() if value is not None],
        [name for name, value in changes.items() if value is None],
    ]
    step.intend(kind="config", target="*")
    step.heroku.update_config_vars(step.app, changes)
    return _done(step)


def settle(step: Step[Params]) -> Outcome | None:
    """A call without an answer: are they so now?"""
    try:
        return None if _changes(step) else _done(step)
    except NotSet:
        return None  # perform says so


def _changes(step: Step[Params]) -> Changes:
    """What is not as it should be. Raises NotSet."""
    wanted: dict[str, str] = resolved(step.params.set, step.written.get("set"), step.variable)
    now = step.heroku.config_vars(step.app)
    changes: dict[str, str | None] = {}
    for name, value in wanted.items():
        known = now.get(name)
        if known is None or known.get_secret_value() != value:
            changes[name] = value
    return {**changes, **{name: None for name in step.params.unset if name in now}}


def _done(step: Step[Params]) -> Outcome:
    put, taken = step.memory["names"]
    said = " and ".join(
        f"{verb} {_listed(names)}" for verb, names in (("set", put), ("took away", taken)) if names
    )  # fmt: skip
    made = _release(step, {*put, *taken})
    where = f": v{made.version} has them so" if made else ""
    return Outcome(
        "done",
        f"{said[:1].upper()}{said[1:]}{where}.",
        changed=True,
        output={"set": put, "unset": taken, **({"version": made.version, "release": made.id} if made else {})},
        own=[made.id] if made else (),
    )


def _release(step: Step[Params], names: set[str]) -> Release | None:
    """The release that Heroku made of our change, as its answer does not tell; known to rules that may read them."""
    if step.access.get("releases", Level.OFF) < Level.READ:
        return None
    newest = islice(step.heroku.releases(step.app, page_items=LOOKED_AT), LOOKED_AT)
    return next((each for each in newest if _names_all(each.description or "", names)), None)


def _names_all(description: str, names: set[str]) -> bool:
    words = {word.strip(",") for word in description.split()}
    return description.endswith(marks.CONFIG) and names <= words


def _so_already(params: Params) -> str:
    told = [f"{_listed(list(params.set))} as wished"] if params.set else []
    told += [f"{_listed(params.unset)} not set"] if params.unset else []
    return f"Config is so already: {', '.join(told)}."


def _listed(names: list[str]) -> str:
    said = ", ".join(names)
    return said if len(said) <= NAMES_CHARACTERS else f"{len(names)} config vars"


ACTION = Action(
    spec=ActionSpec(
        name="config",
        params=Params,
        needs=(Need("config-vars", Level.WRITE),),
        uses=(Need("releases", Level.READ),),
        changes=True,
        variables=("set",),
        joins={"set": something},
    ),
    perform=perform,
    settle=settle,
    reads_live_state=True,
)
