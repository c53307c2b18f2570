"""What rules know of an action: the parameters it takes and the access it needs."""

from dataclasses import dataclass
from typing import NamedTuple

from pydantic import BaseModel

from heroku.access import Level


class Need(NamedTuple):
    """A level of access to a group of Heroku's API, without which an action cannot do its work."""

    group: str
    level: Level


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """An action as a rule file may name it; `changes` tells whether it changes anything on Heroku."""

    name: str
    params: type[BaseModel]
    needs: tuple[Need, ...] = ()
    changes: bool = False
