"""What an action is: it looks, does its one thing, and answers with an outcome; the journal is kept by others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel

from heroku.access import Level
from heroku.client import Heroku
from heroku.events import Event
from rules.actions import ActionSpec
from rules.rulebook import Target
from workers.asking import Asking
from workers.fetching import Page
from workers.outlets import Outlet

P = TypeVar("P", bound=BaseModel)
RENDERED = "rendered"  # pydantic's context for parameters whose templates are rendered
State = Literal["done", "not needed", "waiting", "denied", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a look at a step, with its sentence for the record.

    `changed`: Heroku is not as it was. `output` is what later steps may use, `own` are ids of what our call made,
    `bad` those of a release and its slug that were taken back. While `waiting`: look again after `look_again`
    seconds, or sooner if a person or an event says so.
    """

    state: State
    sentence: str
    changed: bool = False
    output: Mapping[str, Any] = field(default_factory=dict)
    own: Sequence[str] = ()
    bad: Sequence[str] = ()
    look_again: float = 0.0
    needs_approval: bool = False
    tell_system: bool = False


class Remembered(Protocol):
    """What earlier runs and events left to know about an app's releases."""

    def bad(self, app: str) -> frozenset[str]:
        """Releases and slugs of the app that were taken back once."""
        ...

    def crashes(self, releases: Sequence[str]) -> dict[str, int]:
        """How many crashes of each release were seen."""
        ...

    def made(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of `ids` that our own calls made."""
        ...

    def exited(self, dyno: str) -> int | None:
        """With what status a one-off dyno of ours ended, if an event has told."""
        ...


@dataclass(frozen=True)
class Step(Generic[P]):
    """What an action is given: `params` with their templates rendered, and `written` as they stand in the rule.

    `memory` is the action's own to change: it is written down with every outcome, before every call that changes
    something, and when a call fails. `intend` must be called just before such a call, with what it will bring about
    (a kind and a target), so that its event is known as ours even if it overtakes the answer. `called`: a call of an
    earlier look may have had an effect, so that what is as wished by now can be our own doing. `fetch` asks the web,
    and `variable` gives a variable of the environment, whose value must get into nothing that is kept.
    """

    event: Event
    app: str
    app_name: str
    params: P
    written: Mapping[str, Any]
    now: float
    memory: dict[str, Any]
    called: bool
    access: Mapping[str, Level]
    approval: Mapping[str, Any] | None
    heroku: Heroku
    remembered: Remembered
    intend: Callable[..., None]
    targets: Mapping[str, Target]
    outlet: Outlet
    asking: Asking
    fetch: Callable[..., Page]
    variable: Callable[[str], str | None]
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Action:
    """An entry of the table of contents. `settle` answers what became of a call whose answer was never written, or None
    if it did not happen; `reads_live_state`: safe to run on an event from before Redis lost its data."""

    spec: ActionSpec
    perform: Callable[[Any], Outcome]
    settle: Callable[[Any], Outcome | None]
    reads_live_state: bool
