"""What holds for every action that changes something: once, only if needed and allowed, and whatever goes wrong."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import pytest

from rules.model import Mode
from tests.workers.actions.cases import CASES
from tests.workers.actions.scene import ENVIRONMENT, SECRET, Case, rule, worked_through
from tests.workers.world import APP, Killed, Worker, World, die
from toolbelt.simulator.faults import Fault, Kind
from workers.actions import ACTIONS

EVERY = [pytest.param(case, id=case.name) for case in CASES]
LEASE = 61.0


def worker_of(world: World, case: Case, **options: Any) -> Worker:
    return world.worker(case.rule, environment=ENVIRONMENT, **options)


def begun(world: World, case: Case, *faults: Fault, **options: Any) -> Worker:
    """The case set up and set off, and a worker that has not looked yet."""
    case.before(world)
    if case.includes:
        world.subscribe()
    worker = worker_of(world, case, **options)
    case.set_off(world)
    if faults:
        world.heroku.order_faults(*faults)
    return worker


def fault(case: Case, kind: Kind, **more: Any) -> Fault:
    method, path = case.call
    return Fault(kind=kind, method=method, path=path, **more)


def came(world: World, case: Case) -> bool:
    """Whether the step is done and says so."""
    state, sentence = world.step()
    return state == "done" and fnmatchcase(sentence, case.came)


def changes(world: World, case: Case) -> int:
    """How many calls of the case's kind had an effect."""
    return len(world.heroku.calls(*case.call, effect=True))


def test_no_action_that_changes_is_missing_here() -> None:
    apart = {"rollback", "call"}  # whose tests stand by themselves
    assert {case.do.partition(":")[0] for case in CASES} == {n for n, a in ACTIONS.items() if a.spec.changes} - apart


@pytest.mark.parametrize("case", EVERY)
def test_it_is_done_once_and_says_so(world: World, case: Case) -> None:
    begun(world, case)
    worked_through(world, includes=case.includes)

    assert came(world, case), world.step()
    record = world.run().journal["step:0"]
    assert case.output.items() <= record.output.items()
    assert record.changed
    assert changes(world, case) == 1
    assert case.holds(world)
    assert world.run().state == "done"
    assert world.told() == []
    assert list(world.server.scan_iter("dh:intent:*")) == [], "what it meant to do is done"
    assert list(world.server.scan_iter("dh:lock:*")) == []


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES if case.again])
def test_what_is_so_already_is_left_alone(world: World, case: Case) -> None:
    worker = begun(world, case)
    worked_through(world, includes=case.includes)
    calls = len(world.posts())

    case.set_off(world, "e2")
    worker.drain()
    second = world.runs()[-1]
    record = second.journal["step:0"]
    assert (record.state, record.sentence) == case.again
    assert not record.changed
    assert second.state == "not needed"
    assert len(world.posts()) == calls


@pytest.mark.parametrize("case", EVERY)
def test_an_app_that_the_rule_may_not_touch_is_not_touched(world: World, case: Case) -> None:
    case.before(world)
    world.worker(rule(case.do, case.access, on_apps="other-*"), environment=ENVIRONMENT).drain()
    case.set_off(world)
    world.workers[0].drain()

    state, sentence = world.step()
    assert state == "denied"
    assert sentence == f"Denied: rule act may not touch {APP}."
    assert world.heroku.calls() == []
    lines = list(world.workers[0].crew.audit.read())
    assert lines
    assert {(line.allowed, line.why) for line in lines} == {(False, f"{APP} is none of its apps")}


@pytest.mark.parametrize("case", EVERY)
@pytest.mark.parametrize("brake", [Mode.SHADOW, Mode.OFF])
def test_the_brake_holds_it_back(world: World, case: Case, brake: Mode) -> None:
    case.before(world)
    worker_of(world, case, brake=brake).drain()
    case.set_off(world)
    world.workers[0].drain()

    assert world.heroku.calls() == []
    assert world.runs() == []
    assert world.gates("e1") == [[brake.value]]


@pytest.mark.parametrize("case", EVERY)
def test_a_lost_answer_is_looked_for_and_the_call_not_repeated(world: World, case: Case) -> None:
    begun(world, case, fault(case, Kind.CUT))
    worked_through(world, seconds=35, includes=case.includes)

    assert world.step()[0] == case.after_lost
    if case.after_lost == "done":
        assert came(world, case)
        assert case.holds(world)
    assert world.run().journal["step:0"].changed or case.after_lost == "unknown"
    assert changes(world, case) == 1


WITHOUT_EFFECT: list[Any] = [
    pytest.param({"kind": Kind.STATUS, "status": 429}, id="429"),
    pytest.param({"kind": Kind.STATUS, "status": 503}, id="no answer and no effect"),
]


@pytest.mark.parametrize("case", EVERY)
@pytest.mark.parametrize("how", WITHOUT_EFFECT)
def test_what_did_not_happen_is_made_to_happen(world: World, case: Case, how: dict[str, Any]) -> None:
    begun(world, case, fault(case, **how))
    worked_through(world, seconds=35, includes=case.includes)

    if case.after_lost == "unknown" and how.get("status") != 429:
        assert world.step()[0] == "unknown"
        return
    assert came(world, case)
    assert changes(world, case) == 1


@pytest.mark.parametrize("case", EVERY)
def test_a_refusal_fails_with_herokus_words(world: World, case: Case) -> None:
    begun(world, case, fault(case, Kind.STATUS, status=422, message="Not like this."))
    worked_through(world, includes=case.includes)

    state, sentence = world.step()
    assert state == "failed"
    assert "Not like this." in sentence
    assert (APP in sentence, world.app.id in sentence) == (True, False)
    assert world.step("failure:0")[0] == "done"
    assert changes(world, case) == 0


DEATHS: list[Any] = [
    pytest.param(lambda worker: worker.runs.after.update(begin=die), id="just before the call"),
    pytest.param(lambda worker: worker.runs.before.update(record=die), id="between the call and its record"),
    pytest.param(lambda worker: worker.runs.after.update(record=die), id="just after the record"),
]


@pytest.mark.parametrize("case", EVERY)
@pytest.mark.parametrize("death", DEATHS)
def test_whenever_a_worker_is_killed_another_ends_it(
    world: World, case: Case, death: Callable[[Worker], None], request: pytest.FixtureRequest
) -> None:
    dying = begun(world, case)
    other = worker_of(world, case)
    death(dying)
    with pytest.raises(Killed):
        dying.drain()

    world.pass_time(LEASE)
    worked_through(world, other, includes=case.includes)
    if case.after_lost == "unknown" and request.node.callspec.id.startswith(("just before the call", "between")):
        assert world.step()[0] == "unknown"
        return
    assert came(world, case)
    assert changes(world, case) == 1


@pytest.mark.parametrize("case", EVERY)
def test_no_secret_gets_into_anything_that_is_kept_or_said(
    world: World, case: Case, capfd: pytest.CaptureFixture[str]
) -> None:
    quoted = f"{SECRET} is no value." if "$A_SECRET" in case.do else "Not like this."
    begun(world, case, fault(case, Kind.STATUS, status=422, message=quoted))
    worked_through(world, includes=case.includes)
    case.set_off(world, "e2")
    world.workers[0].drain()

    said = capfd.readouterr()
    assert SECRET not in world.kept()
    assert SECRET not in said.out + said.err


WATCH = """
version: 1
rules:
  - name: watch
    mode: live
    on: [%s]
    match: {id: {exists: true}}
    do: [{notify: {to: log, text: heard}}]
"""


@pytest.mark.parametrize("case", EVERY)
def test_its_own_effects_set_nothing_off(world: World, case: Case) -> None:
    """The events of what it did come back as deliveries, and are known as ours."""
    world.subscribe()
    begun(world, case)
    before = len(world.simulator.outbox.deliveries)
    worked_through(world, includes=case.includes)
    ours = world.simulator.world.account.email
    told = [delivery.event for delivery in list(world.simulator.outbox.deliveries)[before:]]
    told = [event for event in told if event.body["actor"]["email"] == ours and event.include not in case.not_known]
    world.deliver(*(event.body for event in told))
    world.worker(WATCH % ", ".join({event.include for event in told})).deciding.drain()

    assert told
    gates = [(event.include, event.body["action"], world.gates(event.id)[0][0]) for event in told]
    assert [gate for gate in gates if gate[2] != "own effect"] == []
