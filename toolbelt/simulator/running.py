"""The life of dynos: they start, come up, crash, are restarted after a while, and make room for the next release's."""

from functools import partial

from toolbelt.simulator import telling
from toolbelt.simulator.belongings import ProcessType
from toolbelt.simulator.errors import invalid
from toolbelt.simulator.records import App, Dyno, Outcome, Release
from toolbelt.simulator.users import User
from toolbelt.simulator.world import World

FOREVER = 1_000_000  # crashes ahead of a dyno whose code always crashes
CRASHED_WITH = 1  # exit status


def replace_dynos(world: World, app: App, release: Release) -> None:
    """Stop what the formation runs and start its dynos on this release; one-offs go on."""
    for dyno in _of_formation(app):
        _stop(world, app, dyno)
    for process in app.formation.values():
        fit_dynos(world, app, process, release.user)


def fit_dynos(world: World, app: App, process: ProcessType, actor: User) -> None:
    """Let as many dynos of this type run as the formation says, on the current release."""
    release = app.current
    if release is None or release.slug is None:
        return
    names = [f"{process.type}.{number}" for number in range(1, process.quantity + 1)]
    for dyno in _of_formation(app, process.type):
        if dyno.name not in names:
            _stop(world, app, dyno)
    ahead = FOREVER if release.outcome() is Outcome.CRASH and process.type == "web" else 0
    for name in names:
        if name not in app.dynos:
            _start(world, app, _new(world, name, process, release, crashes_ahead=ahead), actor)


def stop_dynos(world: World, app: App, process_type: str) -> None:
    """Stop all dynos of a type and put nothing in their place."""
    for dyno in _of_formation(app, process_type):
        _stop(world, app, dyno)


def crash_dynos(world: World, app: App, *, times: int = 1) -> list[Dyno]:
    """Crash every running web dyno now; each crashes `times` times in all before a restart stays up."""
    running = [dyno for dyno in _of_formation(app, "web") if dyno.state != "crashed"]
    if not running:
        raise invalid(f"No dyno of {app.name} is running.")
    for dyno in running:
        dyno.crashes_ahead = max(dyno.crashes_ahead, times)
        _crash(world, app, dyno)
    return running


def restart(world: World, app: App, dyno: Dyno, actor: User) -> None:
    """Somebody restarts it: another one takes its place at once; a one-off only ends."""
    _stop(world, app, dyno)
    if not dyno.one_off:
        _start(world, app, _successor(world, app, dyno), actor)


def restart_all(world: World, app: App, actor: User) -> None:
    for dyno in _of_formation(app):
        restart(world, app, dyno, actor)


def stop(world: World, app: App, dyno: Dyno) -> None:
    """Somebody stops it; Heroku starts what belongs to the formation again."""
    _stop(world, app, dyno)
    if not dyno.one_off:
        world.after(app, world.timings.first_restart, partial(_start_again, world, app, dyno))


def settled_dynos(world: World, app: App, release: Release) -> None:
    """Put up the dynos of a release that has long been live, without telling anybody."""
    for process in app.formation.values():
        for number in range(1, process.quantity + 1):
            dyno = _new(world, f"{process.type}.{number}", process, release)
            dyno.state = "up"
            dyno.created_at = dyno.updated_at = release.updated_at
            app.dynos[dyno.name] = dyno


def begin(world: World, app: App, dyno: Dyno, actor: User) -> None:
    """Set the life of a one-off going."""
    _start(world, app, dyno, actor)


def end(world: World, app: App, dyno: Dyno, exit_status: int) -> None:
    """A one-off ends by itself, or its time is up; one that did not end well is called crashed."""
    if _gone(app, dyno):
        return
    del app.dynos[dyno.name]
    dyno.exit_status = exit_status
    _become(world, app, dyno, "crashed" if exit_status else "complete")
    telling.dyno_changed(world, app, dyno, "destroy")


def _of_formation(app: App, process_type: str | None = None) -> list[Dyno]:
    return [dyno for dyno in app.dynos.values() if not dyno.one_off and process_type in {None, dyno.type}]


def _new(
    world: World,
    name: str,
    process: ProcessType,
    release: Release,
    *,
    crashed: int = 0,
    crashes_ahead: int = 0,
) -> Dyno:
    now = world.agenda.now
    return Dyno(
        id=world.new_id(), name=name, type=process.type, command=process.command, size=process.size,
        release=release, created_at=now, updated_at=now, crashed=crashed, crashes_ahead=crashes_ahead,
    )  # fmt: skip


def _successor(world: World, app: App, dyno: Dyno, *, crashed: int = 0, crashes_ahead: int | None = None) -> Dyno:
    ahead = dyno.crashes_ahead if crashes_ahead is None else crashes_ahead
    process = app.formation[dyno.type]
    return _new(world, dyno.name, process, dyno.release, crashed=crashed, crashes_ahead=ahead)


def _start(world: World, app: App, dyno: Dyno, actor: User) -> None:
    app.dynos[dyno.name] = dyno
    world.note(app, "heroku", dyno.name, f"Starting process with command `{dyno.command}` by user {actor.email}")
    telling.dyno_created(world, app, dyno, actor)
    telling.dyno_changed(world, app, dyno, "create")
    world.after(app, world.timings.dyno_start, partial(_come_up, world, app, dyno))


def _come_up(world: World, app: App, dyno: Dyno) -> None:
    if _gone(app, dyno) or dyno.state != "starting":
        return
    _become(world, app, dyno, "up")
    telling.dyno_changed(world, app, dyno, "update")
    if dyno.crashes_ahead:
        world.after(app, world.timings.crash_after, partial(_crash, world, app, dyno))


def _crash(world: World, app: App, dyno: Dyno) -> None:
    if _gone(app, dyno) or dyno.state == "crashed":
        return
    dyno.exit_status = CRASHED_WITH
    world.note(app, "app", dyno.name, "RuntimeError: no connection to the queue")
    world.note(app, "heroku", dyno.name, f"Process exited with status {CRASHED_WITH}")
    _become(world, app, dyno, "crashed")
    telling.dyno_changed(world, app, dyno, "destroy")
    world.after(app, _cool_off(world, app, dyno), partial(_restart, world, app, dyno))


def _cool_off(world: World, app: App, dyno: Dyno) -> float:
    """In a private space a crashed dyno is restarted at once, however often."""
    if app.private_space:
        return world.timings.first_restart
    return world.timings.restart(dyno.crashed + 1).total_seconds()


def _restart(world: World, app: App, dyno: Dyno) -> None:
    if _gone(app, dyno):
        return
    successor = _successor(world, app, dyno, crashed=dyno.crashed + 1, crashes_ahead=dyno.crashes_ahead - 1)
    _start(world, app, successor, world.platform)


def _start_again(world: World, app: App, dyno: Dyno) -> None:
    """After a stop: unless the formation has taken care of it, on whatever release runs by then."""
    process = app.formation.get(dyno.type)
    if process is not None and dyno.name not in app.dynos:
        fit_dynos(world, app, process, world.platform)


def _stop(world: World, app: App, dyno: Dyno) -> None:
    del app.dynos[dyno.name]
    if dyno.state != "crashed":  # the end of a crashed one has been told
        dyno.exit_status = 0
        _become(world, app, dyno, "down")
        telling.dyno_changed(world, app, dyno, "destroy")


def _become(world: World, app: App, dyno: Dyno, state: str) -> None:
    world.note(app, "heroku", dyno.name, f"State changed from {dyno.state} to {state}")
    dyno.state = state
    dyno.updated_at = world.agenda.now


def _gone(app: App, dyno: Dyno) -> bool:
    """Whether another dyno, or none, now bears its name: what was planned for it is off."""
    return app.dynos.get(dyno.name) is not dyno
