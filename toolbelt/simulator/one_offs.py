"""One-off dynos: started by a command, ended by it or by their time to live."""

from functools import partial

from toolbelt.simulator import commands, running
from toolbelt.simulator.errors import invalid
from toolbelt.simulator.records import App, Dyno
from toolbelt.simulator.users import User
from toolbelt.simulator.world import World

TERMINATED = 143  # exit status after SIGTERM
LONGEST = 86_400  # seconds to live, when nothing else is said


def run(
    world: World,
    app: App,
    command: str,
    user: User,
    *,
    size: str,
    type: str = "run",  # noqa: A002
    time_to_live: int | None = None,
    attach: bool = False,
) -> Dyno:
    """Start it on the release that runs; `exit 3` ends it with 3, `sleep 60` after a minute."""
    release = app.current
    if release is None or release.slug is None:
        raise invalid("Cannot run a dyno before there is code: deploy the app first.")
    now = world.agenda.now
    key = world.new_id()
    dyno = Dyno(
        id=world.new_id(), name=_free_name(world, app, type), type=type, one_off=True, command=command, size=size,
        release=release, created_at=now, updated_at=now,
        attach_url=f"rendezvous://rendezvous.example.com:5000/{key}" if attach else None,
    )  # fmt: skip
    running.begin(world, app, dyno, user)
    _plan_its_end(world, app, dyno, time_to_live or LONGEST)
    return dyno


def _plan_its_end(world: World, app: App, dyno: Dyno, time_to_live: int) -> None:
    lasts = commands.lasts(dyno.command)
    takes = world.timings.dyno_start + (world.timings.one_off if lasts is None else lasts)
    status = commands.exit_status(dyno.command)
    if takes > time_to_live:
        takes, status = float(time_to_live), TERMINATED
    world.after(app, takes, partial(running.end, world, app, dyno, status))


def _free_name(world: World, app: App, type: str) -> str:  # noqa: A002
    while (name := f"{type}.{world.chance.randint(1_000, 9_999)}") in app.dynos:
        pass
    return name
