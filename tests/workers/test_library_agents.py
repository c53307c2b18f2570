"""Rules of the library whose stories need time or an agent: through a worker, with time that passes when it should."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core import layout
from core.runs import Run
from heroku.samples import sample
from tests.workers.world import APP, Heard, Worker, World
from toolbelt.simulator.agents import Reply, Said
from toolbelt.simulator.faults import Fault, Kind
from workers.rulebooks import LIBRARY

ENDED = ("done", "done with failures", "failed", "not needed", "denied")
LISTENS = 15.0  # seconds
WHY = '{"cause": "config", "why": "DATABASE_URL is not set.", "look_at": "the config vars"}'
BROKE = '{"broke": "dependency", "why": "There is no gunicorn 99.", "try_first": "an older one"}'


def live(name: str) -> str:
    """The file of the rule, turned on."""
    return (LIBRARY / f"{name}.yaml").read_text().replace("mode: shadow", "mode: live")


def until(condition: Callable[[], object]) -> None:
    ends = time.monotonic() + LISTENS
    while not condition():
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.02)


def nobody_is_listened_to(world: World) -> bool:
    server: Any = world.server
    return all(server.hget(key, "state") not in (None, b"listening") for key in server.scan_iter(layout.ANSWER + "*"))


def ended(world: World, worker: Worker, *, each: float = 5.0) -> Run:
    """The only run of a rule, once it is over."""
    for _ in range(60):
        worker.drain()
        if world.run().state in ENDED:
            return world.run()
        until(lambda: nobody_is_listened_to(world))
        world.pass_time(each)
    raise AssertionError(f"it is {world.run().state} still")


def story(run: Run) -> dict[str, str]:
    """What each step came to that was taken."""
    names = [step["name"] for step in run.plan["steps"]]
    return {name: run.journal[f"step:{n}"].state for n, name in enumerate(names) if f"step:{n}" in run.journal}


def crash_loop(world: World, worker: Worker) -> None:
    """A release goes live and crashes twice, and all of that is told, in this order."""
    world.crashing(after=timedelta(seconds=100))
    first, second = world.crashes()[:2]
    version = first["data"]["release"]["version"]
    world.deliver(*world.releases(version))
    worker.drain()
    world.deliver(first, second)


def test_a_crash_is_taken_back_and_explained_from_what_the_dyno_said(world: World) -> None:
    told = Heard()
    worker = world.worker(live("roll-back-and-ask-why"), teller=told)
    world.heroku.order_replies(Reply(says=[Said(text=WHY, tokens=60)]))
    crash_loop(world, worker)
    run = ended(world, worker)

    assert (run.state, set(story(run).values())) == ("done", {"done"})
    assert list(story(run)) == ["rollback", "notify", "logs", "agent", "say_why"]
    assert told.messages[0][1].startswith("acme-shop: Rolled back from v42 to v41")
    assert "v42 crashed because of its config" in told.messages[1][1]
    assert "DATABASE_URL is not set." in told.messages[1][1]
    [asked] = world.heroku.asked()
    assert "Process exited with status 1" in asked["messages"][1]["content"]


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(says=[Said(text="It is the config, I think.", tokens=60)]), id="in another shape"),
        pytest.param(Reply(says=[Said(text=WHY.replace("config", "gremlins", 1), tokens=60)]), id="in other words"),
    ],
)
def test_whatever_the_agent_says_the_release_was_taken_back_before(world: World, reply: Reply) -> None:
    told = Heard()
    worker = world.worker(live("roll-back-and-ask-why"), teller=told)
    world.heroku.order_replies(reply)
    crash_loop(world, worker)
    run = ended(world, worker)

    assert run.state == "done with failures"
    assert story(run) == {
        "logs": "done", "rollback": "done", "notify": "done", "agent": "failed", "say_why": "not needed",
    }  # fmt: skip
    assert [text[:30] for _, text in told.messages] == ["acme-shop: Rolled back from v42"[:30]]


def test_a_failed_build_is_explained_from_its_output(world: World) -> None:
    told = Heard()
    worker = world.worker(live("explain-failed-build"), teller=told)
    world.heroku.order_replies(Reply(says=[Said(text=BROKE, tokens=60)]))
    world.subscribe()
    world.simulator.deploy(APP, "fail-build")
    world.simulator.advance_to(world.simulator.now + timedelta(seconds=60))
    world.deliver(*(event for event in world.simulator.events() if event["resource"] == "build"))
    run = ended(world, worker)

    assert story(run) == {"agent": "done", "notify": "done"}
    [(target, text)] = told.messages
    assert target == "log"
    assert "failed (dependency).\nThere is no gunicorn 99. Try first: an older one" in text
    [asked] = world.heroku.asked()
    assert "The end of the build's output" in asked["messages"][1]["content"]
    assert "requirement gunicorn==99\n" in asked["messages"][1]["content"]


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        pytest.param(None, "(Its output is not kept any more.)", id="not kept"),
        pytest.param("\n", "⟦⟧", id="nothing printed"),
        pytest.param("x" * 100 + "\n" + "the line that tells why\n", "the line that tells why⟧", id="something"),
        pytest.param("a line\n" * 50_000 + "the last line\n", "the last line⟧", id="much"),
        pytest.param("see DATABASE_URL=postgres://u:hunter2@h/d\n", "postgres://[redacted]h/d", id="a secret"),
    ],
)
def test_a_failed_build_is_asked_about_whatever_it_printed(world: World, output: str | None, shown: str) -> None:
    worker = world.worker(live("explain-failed-build"), teller=Heard())
    world.heroku.order_replies(Reply(says=[Said(text=BROKE)]))
    world.subscribe()
    world.simulator.deploy(APP, "fail-build")
    world.simulator.advance_to(world.simulator.now + timedelta(seconds=60))
    world.app.builds[-1].output = output
    world.deliver(*(event for event in world.simulator.events() if event["resource"] == "build"))
    run = ended(world, worker)

    assert story(run) == {"agent": "done", "notify": "done"}
    [asked] = world.heroku.asked()
    question = asked["messages"][1]["content"]
    assert shown in question
    assert "hunter2" not in question
    assert len(question) < 20_000


def test_a_failed_build_is_told_of_in_time_though_no_agent_can_be_asked(world: World) -> None:
    told = Heard()
    turned_away = Fault(kind=Kind.STATUS, status=503, retry_after=60, path="/v1/agents/*", times=99)
    world.heroku.order_faults(turned_away)
    worker = world.worker(live("explain-failed-build"), teller=told)
    failed = sample("build_update_failed", app=APP, at=world.simulator.now, **{"data.app.id": world.app.id})
    world.deliver(failed)
    began = world.simulator.now
    run = ended(world, worker, each=20)

    assert (run.state, run.journal["step:0"].state) == ("failed", "failed")
    assert world.simulator.now - began <= timedelta(minutes=7)
    assert told.messages[0][1].startswith("acme-shop: the build of dev@acme.example failed. ")


def test_a_worker_that_heroku_would_not_start_for_long_is_restarted(world: World) -> None:
    told = Heard()
    world.heroku.deploy(APP, "succeed", processes=["web", "worker"])
    world.pass_time(100)
    for process in world.app.formation.values():
        if process.type == "worker":
            process.quantity = 1
    worker = world.worker(live("restart-stuck-dyno"), teller=told)
    about = {"data.app.id": world.app.id, "data.type": "worker", "data.name": "worker.1"}
    for number in range(3):
        more: dict[str, Any] = about | {"data.id": f"d{number}"}
        world.deliver(sample("dyno_crashed", id=f"e{number}", app=APP, at=world.simulator.now, **more))
    run = ended(world, worker, each=30)

    assert list(story(run)) == ["wait", "restart", "logs", "notify"]
    assert "worker.1 crashed three times within an hour." in told.messages[-1][1]
