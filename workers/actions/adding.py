"""What adding and removing have in common, whatever it is: one of the two is asked for, and removing destroys."""

from collections.abc import Callable
from typing import Literal, Self

from pydantic import Field, model_validator

from heroku.access import Level
from rules.actions import Need, Written
from workers.actions.parameters import Params as Base
from workers.actions.parameters import Text


class Params(Base):
    """Add it, or remove it."""

    add: Text | None = Field(None, description="What is to be there.")
    remove: Text | None = Field(None, description="What is to be there no longer; needs full access and a limit.")

    @model_validator(mode="after")
    def _says_one(self) -> Self:
        if (self.add is None) == (self.remove is None):
            raise ValueError("one of add and remove must be given, and not both")
        return self

    @property
    def wished(self) -> Literal["there", "gone"]:
        """What it comes to."""
        return "gone" if self.add is None else "there"

    @property
    def what(self) -> str:
        """Of which thing."""
        return self.add or self.remove or ""


def removes(written: Written) -> bool:
    """Whether a step as it is written removes something."""
    return written.get("remove") is not None


def needs(group: str, *, add: Level) -> Callable[[Written], tuple[Need, ...]]:
    """The access to a group of the API: removing is always full."""

    def needed(written: Written) -> tuple[Need, ...]:
        return (Need(group, Level.FULL if removes(written) else add),)

    return needed
