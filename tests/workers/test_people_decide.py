"""People and a real worker: a yes or no outlives the worker that asked, and silences hold for all workers."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import redis
import redis.asyncio

from core.accepting import Arrival, Keeper
from core.hands import Hands
from core.runs import Run
from heroku.samples import encode, sample
from tests.workers.process import start
from toolbelt.crew import Crew
from toolbelt.processes import Process
from toolbelt.servers import Server
from toolbelt.waiting import until

RULES = """
version: 1
rules:
  - name: ask
    mode: live
    on: dyno
    match: {data.state: crashed}
    each: data.name
    approve_within: 1h
    do:
      - notify: {to: log, text: "{{ app.name }} {{ data.name }}"}
      - name: web
        notify: {to: log, text: "{{ steps.notify.outcome }}"}
        if: data.type == "web" && steps.notify.outcome == "done"
      - name: worker
        notify: {to: log, text: "never"}
        if: data.type == "worker"
"""
Worker = Callable[[], Process]


@pytest.fixture
def worker(running: Server, server: redis.Redis) -> Iterator[Worker]:
    """Start one more."""
    with Crew() as crew:

        def begin() -> Process:
            process = start(crew, REDIS_URL=running.url, RULES_YAML=RULES)
            process.ready(lambda: "worker ready" in process.output, what="a worker")
            return process

        yield begin


@pytest.fixture
def hands(server: redis.Redis) -> Hands:
    return Hands(server)


def deliver(server: redis.Redis, id: str, **changes: Any) -> None:
    """A crash that happens now."""
    body = encode(sample("dyno_crashed", id=id, app="acme-shop", at=datetime.now(UTC), **changes))
    pool: Any = server.connection_pool

    async def keep() -> None:
        client = redis.asyncio.Redis(unix_socket_path=pool.connection_kwargs["path"], protocol=2)
        try:
            assert await Keeper(client).keep([Arrival(id, "event", "dyno", "destroy", "", None, body)]) == ["accepted"]
        finally:
            await client.aclose()

    asyncio.run(keep())


def in_state(hands: Hands, id: str, state: str) -> Run:
    """The run of that event, as soon as it is so."""

    def look() -> Run | None:
        return next((run for run in hands.runs(most=50) if run.id == f"{id}:ask" and run.state == state), None)

    found: Run = until(look, what=f"the run of {id} to be {state}")
    return found


def test_a_yes_counts_though_the_worker_that_asked_was_killed(
    worker: Worker, server: redis.Redis, hands: Hands
) -> None:
    asked = worker()
    deliver(server, "e1")
    in_state(hands, "e1", "needs approval")
    asked.kill()
    hands.answer("e1:ask", "approve", by="ada", why="I looked")
    worker()

    run = in_state(hands, "e1", "done")

    told = {field: (record.state, record.sentence) for field, record in run.journal.items()}
    assert told == {
        "approval:0": ("done", "ada approved it: I looked."),
        "step:0": ("done", "Told log."),
        "step:1": ("done", "Told log."),
        "step:2": ("not needed", 'Passed over: it is for when data.type == "worker", and saw web.'),
    }


def test_no_and_stop_and_silence_each_leave_nothing_done(worker: Worker, server: redis.Redis, hands: Hands) -> None:
    worker()
    for id in ("denied", "stopped", "silenced"):
        deliver(server, id, **{"data.name": f"web.{id}"})
        in_state(hands, id, "needs approval")

    hands.answer("denied:ask", "deny", by="ada", why="by hand")
    hands.stop("stopped:ask", by="ada", why="by hand")
    hands.silence(app="acme-shop", rule="ask", seconds=60, by="ada", why="migration")
    server.zadd("dh:due:act", {"silenced:ask": 0})

    assert in_state(hands, "denied", "denied").journal["approval:0"].sentence == "ada denied it: by hand."
    assert in_state(hands, "stopped", "stopped").note == "stopped by ada: by hand"
    assert in_state(hands, "silenced", "stopped").note.endswith(" by ada: migration")
    deliver(server, "later", **{"data.name": "web.later"})
    kept = until(lambda: hands.event("later").kept if hands.event("later").state == "decided" else None, what="it")
    assert ["silenced", "ada", "migration"] in [[gate, *why[1:]] for _, gate, *why in kept.decisions[0]["g"]]
    asked = [run for run in hands.runs(most=50) if run.rule == "ask"]
    assert {run.id: set(run.journal) for run in asked} == {run.id: {"approval:0"} for run in asked}
    assert [deed.did for deed in hands.history(most=10)] == ["silence", "stop", "deny"]
