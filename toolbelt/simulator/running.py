"""The life of dynos: they start, come up, crash, are restarted after a while, and make room for the next release's."""

from functools import partial

from toolbelt.simulator import telling
from toolbelt.simulator.errors import invalid
from toolbelt.simulator.records import App, Dyno, Outcome, Release, User
from toolbelt.simulator.world import World

FOREVER = 1_000_000  # crashes ahead of a dyno whose code always crashes
CRASHED_WITH = 1  # exit status


def replace_dynos(world: World, app: App, release: Release) -> None:
    """Stop what runs and start the web dynos of this release."""
    for dyno in list(app.dynos.values()):
        _stop(world, app, dyno)
    if release.slug is None:
        return
    ahead = FOREVER if release.outcome() is Outcome.CRASH else 0
    for number in range(1, app.web_dynos + 1):
        _start(world, app, _new(world, f"web.{number}", release, crashes_ahead=ahead), release.user)


def crash_dynos(world: World, app: App, *, times: int = 1) -> list[Dyno]:
    """Crash every running web dyno now; each crashes `times` times in all before a restart stays up."""
    running = [dyno for dyno in app.dynos.values() if dyno.state != "crashed"]
    if not running:
        raise invalid(f"No dyno of {app.name} is running.")
    for dyno in running:
        dyno.crashes_ahead = max(dyno.crashes_ahead, times)
        _crash(world, app, dyno)
    return running


def settled_dynos(world: World, app: App, release: Release) -> None:
    """Put up the dynos of a release that has long been live, without telling anybody."""
    for number in range(1, app.web_dynos + 1):
        dyno = _new(world, f"web.{number}", release)
        dyno.state = "up"
        dyno.created_at = dyno.updated_at = release.updated_at
        app.dynos[dyno.name] = dyno


def _new(world: World, name: str, release: Release, *, crashed: int = 0, crashes_ahead: int = 0) -> Dyno:
    now = world.agenda.now
    return Dyno(
        id=world.new_id(), name=name, release=release, created_at=now, updated_at=now,
        crashed=crashed, crashes_ahead=crashes_ahead,
    )  # fmt: skip


def _start(world: World, app: App, dyno: Dyno, actor: User) -> None:
    app.dynos[dyno.name] = dyno
    telling.dyno_created(world, app, dyno, actor)
    telling.dyno_changed(world, app, dyno, "create")
    world.agenda.after(world.timings.dyno_start, partial(_come_up, world, app, dyno))


def _come_up(world: World, app: App, dyno: Dyno) -> None:
    if _gone(app, dyno) or dyno.state != "starting":
        return
    _become(world, dyno, "up")
    telling.dyno_changed(world, app, dyno, "update")
    if dyno.crashes_ahead:
        world.agenda.after(world.timings.crash_after, partial(_crash, world, app, dyno))


def _crash(world: World, app: App, dyno: Dyno) -> None:
    if _gone(app, dyno) or dyno.state == "crashed":
        return
    dyno.exit_status = CRASHED_WITH
    _become(world, dyno, "crashed")
    telling.dyno_changed(world, app, dyno, "destroy")
    world.agenda.after(world.timings.restart(dyno.crashed + 1), partial(_restart, world, app, dyno))


def _restart(world: World, app: App, dyno: Dyno) -> None:
    if _gone(app, dyno):
        return
    successor = _new(world, dyno.name, dyno.release, crashed=dyno.crashed + 1, crashes_ahead=dyno.crashes_ahead - 1)
    _start(world, app, successor, world.platform)


def _stop(world: World, app: App, dyno: Dyno) -> None:
    del app.dynos[dyno.name]
    if dyno.state != "crashed":  # the end of a crashed one has been told
        dyno.exit_status = 0
        _become(world, dyno, "down")
        telling.dyno_changed(world, app, dyno, "destroy")


def _become(world: World, dyno: Dyno, state: str) -> None:
    dyno.state = state
    dyno.updated_at = world.agenda.now


def _gone(app: App, dyno: Dyno) -> bool:
    """Whether another dyno, or none, now bears its name: what was planned for it is off."""
    return app.dynos.get(dyno.name) is not dyno
