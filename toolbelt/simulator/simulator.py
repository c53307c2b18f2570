"""The fake Heroku without a network or a clock: plain calls, and time is what `advance_to` was told."""

import random
from datetime import datetime
from typing import Any

from toolbelt.simulator import configuring, deploying, making, releasing, running, subscribing
from toolbelt.simulator.agenda import Agenda
from toolbelt.simulator.errors import invalid
from toolbelt.simulator.history import seed
from toolbelt.simulator.outbox import Outbox, Subscription
from toolbelt.simulator.records import App, Build, Dyno, Outcome, Release
from toolbelt.simulator.timings import Timings
from toolbelt.simulator.world import World

REAL_PACE = Timings()


class Simulator:
    """Everything that can be done to the fake Heroku, by people, by the API and by time."""

    def __init__(self, now: datetime, *, timings: Timings = REAL_PACE, seed: int | None = None) -> None:
        """`seed` makes ids and history the same each time; without one no two worlds share an id."""
        self.world = World(agenda=Agenda(now), chance=random.Random(seed), timings=timings)

    @property
    def now(self) -> datetime:
        return self.world.agenda.now

    @property
    def outbox(self) -> Outbox:
        return self.world.outbox

    def advance_to(self, now: datetime) -> None:
        """Let everything happen that is due by now."""
        self.world.agenda.advance_to(now)

    def next_due(self) -> datetime | None:
        return self.world.agenda.next_due()

    def app(self, id_or_name: str) -> App:
        return self.world.app(id_or_name)

    def add_app(
        self,
        name: str,
        releases: int = 41,
        *,
        release_phase: bool = True,
        container: bool = False,
        web_dynos: int = 1,
        private_space: bool = False,
        guarded: bool = False,
    ) -> App:
        """An app with a past of so many releases, the last of them a deploy that has been well for an hour."""
        making.check_name(self.world, name)
        if releases < 1 or web_dynos < 0:
            raise invalid("An app has at least one release and no fewer than no dynos.")
        app = App(
            id=self.world.new_id(), name=name, owner=self.world.account, created_at=self.now,
            updated_at=self.now, release_phase=release_phase, container=container, private_space=private_space,
            guarded=guarded,
        )  # fmt: skip
        self.world.apps[app.id] = app
        seed(self.world, app, releases, web_dynos)
        return app

    def deploy(self, app: str, outcome: str = Outcome.SUCCEED, processes: list[str] | None = None) -> Build:
        """Somebody pushes code that turns out like this, with these process types or those that the app has."""
        kinds = tuple(processes) if processes else None
        return deploying.deploy(self.world, self.app(app), _outcome(outcome), kinds)

    def set_config(self, app: str, keys: list[str], outcome: str = Outcome.SUCCEED) -> Release:
        """Somebody sets these config vars to new values that turn out like this."""
        if not keys:
            raise invalid("Name at least one config var.")
        return configuring.set_config(self.world, self.app(app), keys, _outcome(outcome))

    def crash(self, app: str, times: int = 1) -> list[Dyno]:
        """The web dynos that run crash now, each so many times in all."""
        return running.crash_dynos(self.world, self.app(app), times=times)

    def rollback(self, app: str, release_id: str) -> Release:
        """What `POST …/releases {"release"}` does."""
        return releasing.rollback(self.world, self.app(app), release_id, self.world.account)

    def release_slug(self, app: str, slug_id: str, description: str | None = None) -> Release:
        """What `POST …/releases {"slug", "description"}` does."""
        return releasing.release_slug(self.world, self.app(app), slug_id, description, self.world.account)

    def subscribe(
        self,
        url: str,
        *,
        app: str | None = None,
        include: list[str] | None = None,
        level: str = "sync",
        secret: str | None = None,
        authorization: str | None = None,
    ) -> Subscription:
        """Send events from now on to this address; without an app those of all apps, without include all."""
        app_id = self.app(app).id if app else None
        wanted = subscribing.Wish(url, include=include, level=level, secret=secret, authorization=authorization)
        return subscribing.subscribe(self.world, app_id, wanted)

    def events(self) -> list[dict[str, Any]]:
        """The bodies of all deliveries so far, oldest first, each event once for each subscription."""
        return [delivery.event.body for delivery in self.outbox.deliveries]


def _outcome(text: str) -> Outcome:
    try:
        return Outcome(text)
    except ValueError:
        raise invalid(f"Outcome must be one of {', '.join(Outcome)}, not {text}.") from None
