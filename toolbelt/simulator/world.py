"""The one state that all parts of the fake Heroku share."""

import random
from dataclasses import dataclass, field
from uuid import UUID

from toolbelt.simulator.agenda import Agenda
from toolbelt.simulator.errors import not_found
from toolbelt.simulator.outbox import Outbox
from toolbelt.simulator.records import App, User
from toolbelt.simulator.timings import Timings

PLATFORM = "noreply+webhooks@heroku.com"  # the actor of what Heroku does by itself


@dataclass(slots=True)
class World:
    """Apps, time, chance and the deliveries on their way out."""

    agenda: Agenda
    chance: random.Random
    timings: Timings
    outbox: Outbox = field(default_factory=Outbox)
    apps: dict[str, App] = field(default_factory=dict)
    _users: dict[str, User] = field(default_factory=dict)

    def new_id(self) -> str:
        """A random uuid; the same one in the same place when the world was made with the same seed."""
        return str(UUID(int=self.chance.getrandbits(128), version=4))

    def new_commit(self) -> str:
        return f"{self.chance.getrandbits(160):040x}"

    def user(self, email: str) -> User:
        """The user with this address, the same one each time."""
        if email not in self._users:
            self._users[email] = User(id=self.new_id(), email=email)
        return self._users[email]

    @property
    def account(self) -> User:
        """Whose token it is that calls the API."""
        return self.user("dynohook@acme.example")

    @property
    def developer(self) -> User:
        """Who deploys."""
        return self.user("developer@acme.example")

    @property
    def platform(self) -> User:
        return self.user(PLATFORM)

    def app(self, id_or_name: str) -> App:
        """The app with this id or name; refused with 404 when there is none."""
        found = self.apps.get(id_or_name)
        found = found or next((app for app in self.apps.values() if app.name == id_or_name), None)
        if found is None:
            raise not_found("app")
        return found
