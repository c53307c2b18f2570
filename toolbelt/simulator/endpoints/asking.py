"""What an endpoint is asked and what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from toolbelt.simulator.errors import forbidden, unconfirmed
from toolbelt.simulator.paging import Key, page
from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator
from toolbelt.simulator.users import User


@dataclass(frozen=True, slots=True)
class Asked:
    """A request whose head was found good: who asks, the names in its path, its query, its body, its Range."""

    user: User
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    range: str | None
    base_url: str

    def app(self, simulator: Simulator) -> App:
        """The app in the path; refused with 404 when there is none, with 403 when it is somebody else's."""
        found = simulator.app(self.path["app"])
        if not found.open_to(self.user):
            raise forbidden(f"You do not have access to the app {found.name}.")
        return found

    def confirm(self, app: App, what: str) -> None:
        """Refused with 423 if the app is guarded, unless `confirm`, in the body or the query, is the app's name."""
        said = self.body.get("confirm") if isinstance(self.body, dict) else self.query.get("confirm")
        if app.guarded and said != app.name:
            raise unconfirmed(what, app.name)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Answering = Callable[[Simulator, Asked], Answer]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One link of the API and the scope that it needs."""

    method: str
    path: str
    scope: str
    answer: Answering


BY_ID: dict[str, Key] = {"id": lambda row: str(row.id)}


def listed(rows: list[Any], asked: Asked, show: Callable[[Any], Any], fields: dict[str, Key] | None = None) -> Answer:
    """A page of the rows, by one of the fields."""
    shown = page(rows, asked.range, fields or BY_ID)
    return Answer([show(row) for row in shown.rows], shown.status, shown.headers)


def fine_time(at: datetime) -> str:
    """A time that sorts as text, finer than what is shown, so that no two things change places."""
    return at.isoformat(timespec="microseconds")
