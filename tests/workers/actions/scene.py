"""A rule around one action, something that sets it off, and all the cases that hold for every action that changes."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from heroku.samples import sample
from tests.workers.world import APP, Worker, World

RULE = """
version: 1
rules:
  - name: act
    mode: live
    on: dyno
    match: {data.state: crashed}
    limit: {max: 9, within: 1d}
    access: %(access)s
    on_apps: [%(on_apps)s]
    do:
      - %(do)s
    on_failure:
      - notify: {to: log, text: "failed: {{ error }}"}
"""
SECRET = "correct-horse-battery-staple"
ENVIRONMENT = {"A_SECRET": SECRET, "A_LINK": f"https://sources.example/a.tgz?key={SECRET}"}


def rule(do: str, access: Mapping[str, str], *, on_apps: str = "event") -> str:
    """The rule file; `do` is a step in YAML's short form."""
    return RULE % {"do": do, "access": json.dumps(dict(access)), "on_apps": on_apps}


def occasion(world: World, id: str = "e1", **more: Any) -> dict[str, Any]:
    """An event that sets the rule off, of the world's app; the app itself is as well as ever."""
    about = {"at": datetime.now(UTC), "data.app.id": world.app.id, "data.app.name": APP}
    return sample("dyno_crashed", **{"id": id, **about, **more})


NOT_KNOWN = "left without an answer; what came of it cannot be known"
AGAIN = "left without an answer, and made again if it is still needed"


@dataclass(frozen=True)
class Case:
    """One action as a rule writes it, and how it is known that Heroku is as it should be.

    `call` is the one that changes, as method and path, `endpoint` its name. `came`: what the step says in the end.
    `again`: what it says when it is asked for once more. If the call had its effect and the answer was lost:
    `after_lost` becomes of the step, `lost_says` it says if that is not as ever, `lost_told` says the record of calls,
    and `lost_effects` is how often the call has an effect. `not_known`: entities that tell of it and are not known as
    its effect. `includes`: those whose events it waits for. `event`: what the event that sets it off says besides.
    """

    name: str
    do: str
    access: Mapping[str, str]
    endpoint: str
    call: tuple[str, str]
    came: str
    again: tuple[str, str] | None
    holds: Callable[[World], object]
    before: Callable[[World], object] = field(default=lambda _: None)
    output: Mapping[str, Any] = field(default_factory=dict)
    after_lost: str = "done"
    lost_says: str = ""
    lost_told: str = "left without an answer, and found to have happened"
    lost_effects: int = 1
    not_known: Sequence[str] = ()
    includes: Sequence[str] = ()
    event: Callable[[World], Mapping[str, Any]] = field(default=lambda _: {})

    @property
    def rule(self) -> str:
        """Its rule."""
        return rule(self.do, self.access)

    def set_off(self, world: World, id: str = "e1") -> None:
        """Let it happen."""
        world.deliver(occasion(world, id, **self.event(world)))


def relayed(world: World, told: set[str], *includes: str) -> None:
    """Deliver those of Heroku's events that were not delivered yet."""
    fresh = [each.event for each in world.simulator.outbox.deliveries if each.event.include in includes]
    world.deliver(*(event.body for event in fresh if event.id not in told))
    told.update(event.id for event in fresh)


def worked_through(
    world: World, *workers: Worker, seconds: float = 10.0, looks: int = 12, includes: Sequence[str] = ()
) -> None:
    """Let time pass, and Heroku tell of `includes`, until the only run is over."""
    told: set[str] = set()
    for _ in range(looks):
        for worker in workers or world.workers:
            worker.drain()
        if world.run().state in ("done", "failed", "not needed", "stopped"):
            return
        world.pass_time(seconds)
        if includes:
            relayed(world, told, *includes)
