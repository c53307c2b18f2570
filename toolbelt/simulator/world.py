"""The one state that all parts of the fake Heroku share."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from toolbelt.simulator.accounts import Account
from toolbelt.simulator.agenda import Agenda, Step
from toolbelt.simulator.belongings import Pipeline
from toolbelt.simulator.errors import not_found
from toolbelt.simulator.logbook import LogSession
from toolbelt.simulator.outbox import Outbox
from toolbelt.simulator.rates import RatePool
from toolbelt.simulator.records import App
from toolbelt.simulator.timings import Timings
from toolbelt.simulator.tokens import Tokens
from toolbelt.simulator.users import User

PLATFORM = "noreply+webhooks@heroku.com"  # the actor of what Heroku does by itself


@dataclass(slots=True)
class World:
    """Apps, time, chance and the deliveries on their way out."""

    agenda: Agenda
    chance: random.Random
    timings: Timings
    outbox: Outbox = field(default_factory=Outbox)
    tokens: Tokens = field(default_factory=Tokens)
    apps: dict[str, App] = field(default_factory=dict)
    pipelines: list[Pipeline] = field(default_factory=list)
    log_sessions: dict[str, LogSession] = field(default_factory=dict)
    _users: dict[str, User] = field(default_factory=dict)
    _accounts: dict[str, Account] = field(default_factory=dict)

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

    def standing(self, user: User) -> Account:
        """How this user's account stands, and what it has left of its calls."""
        if user.id not in self._accounts:
            now = self.agenda.now
            self._accounts[user.id] = Account(user=user, created_at=now, rate=RatePool(at=now))
        return self._accounts[user.id]

    @property
    def account(self) -> User:
        """Who calls the API with a token that was not issued here."""
        return self.user("dynohook@acme.example")

    @property
    def developer(self) -> User:
        """Who deploys."""
        return self.user("developer@acme.example")

    @property
    def platform(self) -> User:
        return self.user(PLATFORM)

    def after(self, app: App, delay: timedelta | float, step: Step) -> None:
        """Let this happen to the app that long (seconds, when a number) after now, unless it is deleted by then."""
        self.agenda.after(delay, lambda: step() if app.id in self.apps else None)

    def note(self, app: App, source: str, dyno: str, text: str) -> None:
        """Write a line into the app's log."""
        app.log.write(self.agenda.now, source, dyno, text)

    def app(self, id_or_name: str) -> App:
        """The app with this id or name; refused with 404 when there is none."""
        found = self.apps.get(id_or_name)
        found = found or next((app for app in self.apps.values() if app.name == id_or_name), None)
        if found is None:
            raise not_found("app")
        return found
