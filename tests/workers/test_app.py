"""The worker as a process: it says plainly why it does not start, and ends cleanly however often it is told to."""

import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis

from core import layout
from core.hands import Hands
from heroku.samples import sample
from tests.workers.hooks import running as running_hook
from tests.workers.process import SECRET, said, start
from tests.workers.world import APP, KEY, ROLL_BACK, TOKEN, World
from toolbelt.crew import Crew
from toolbelt.servers import Server, free_port
from toolbelt.simulator.agents import Reply, Said
from toolbelt.simulator.faults import Fault, Kind
from toolbelt.waiting import until

STARTS = 30.0  # seconds, on a busy machine
ENDS = 15.0
NOWHERE = f"redis://:{SECRET}@127.0.0.1:{free_port()}"
LIVE = """
version: 1
rules:
  - {name: roll-back, mode: live, on: api:app.create, access: {releases: write}, do: [{rollback: {}}]}
"""


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew() as crew:
        yield crew


REFUSALS = [
    pytest.param({"WEBHOOK_SECRET": ""}, "WEBHOOK_SECRET is not set: ", id="no secret"),
    pytest.param({"REDIS_URL": ""}, "REDIS_URL is not set: ", id="no redis"),
    pytest.param({"REDIS_URL": f"redis://u:a:{SECRET}"}, "REDIS_URL: must be an address like ", id="no address"),
    pytest.param({"HEROKU_API_KEY": f"{SECRET} x"}, "Heroku's API cannot be called with these ", id="no token"),
    pytest.param(
        {"INFERENCE_URL": "https://ai.example", "INFERENCE_KEY": f"{SECRET} x"},
        "INFERENCE_KEY: the token must be ASCII",
        id="no key for agents",
    ),
    pytest.param({"SERVICE_ACCOUNT": "true"}, "SERVICE_ACCOUNT is true, and there is no ", id="nobody's account"),
    pytest.param({"RULES_PATH": "nowhere"}, "RULES_PATH: there is no file or folder 'nowhere'", id="no rules"),
    pytest.param({"RULES_YAML": LIVE}, "HEROKU_API_KEY is not set, and these live rules need ", id="a needy rule"),
]


@pytest.mark.parametrize(("settings", "begins"), REFUSALS)
def test_what_is_wrong_stops_the_start_with_one_plain_line(crew: Crew, settings: dict[str, str], begins: str) -> None:
    worker = start(crew, **{"REDIS_URL": NOWHERE, **settings})

    assert worker.wait(STARTS) == 1
    [line] = said(worker)
    assert line.startswith(f"worker: {begins}")
    assert SECRET not in worker.output


def test_a_broken_rule_file_stops_the_start_and_every_fault_has_its_place(crew: Crew, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("version: 1\nrules:\n  - name: a\n    onn: api:app.create\n    do: [{notfy: {to: log, text: x}}]\n")
    worker = start(crew, REDIS_URL=NOWHERE, RULES_PATH=str(file))

    assert worker.wait(STARTS) == 1
    assert said(worker) == ["worker: the rules do not load"]
    assert f"{file}:4:5: rules[0].onn: is not known here (did you mean on?)" in worker.output
    assert f"{file}:5:11: rules[0].do[0].notfy: " in worker.output
    assert SECRET not in worker.output


def test_told_to_stop_before_redis_was_ever_there_it_ends(crew: Crew) -> None:
    """Its goodbye waited for a ticker that had never begun."""
    worker = start(crew, REDIS_URL=NOWHERE)
    until(lambda: "Trying again" in worker.output, what="the worker to look for Redis", within=STARTS)
    for _ in range(3):
        worker.send(signal.SIGTERM)

    assert worker.wait(ENDS) == 0
    assert "Traceback" not in worker.output
    assert SECRET not in worker.output


def test_it_tells_with_each_beat_which_rules_it_runs_and_where_act_stands(
    server: redis.Redis, running: Server, crew: Crew
) -> None:
    start(crew, REDIS_URL=running.url, ACT="shadow", RULES_PATH="rules/library")
    hands = Hands(server)
    until(lambda: hands.workers() != [], what="the worker to beat", within=STARTS)

    [worker] = hands.workers()
    until(lambda: hands.book(worker.rules) is not None, what="its rules to be kept", within=STARTS)
    assert worker.act == "shadow"
    assert "roll-back-failed-release" in [rule["name"] for rule in hands.book(worker.rules) or ()]


def test_told_to_stop_amid_a_call_it_beats_on_finishes_and_gives_back_the_rest(
    world: World, running: Server, crew: Crew
) -> None:
    """Three signals, as Heroku sends them to all processes of a dyno; the call in hand takes three more seconds."""
    world.heroku.order_faults(Fault(kind=Kind.SLOW, method="POST", path="*/releases", seconds=3.0))
    world.deliver(world.crashing())
    worker = start(
        crew, REDIS_URL=running.url, HEROKU_API_URL=world.address, HEROKU_API_KEY=TOKEN, RULES_YAML=ROLL_BACK,
        RULES_PATH="rules/library",
    )  # fmt: skip
    worker.ready(lambda: world.posts() != [], what="the call to begin", within=STARTS)
    told_at = Hands(world.server).now()
    for _ in range(3):
        worker.send(signal.SIGTERM)
    began = time.monotonic()
    assert worker.wait(ENDS) == 0
    assert time.monotonic() - began > 1.0, "it did not drop the call"

    assert "Traceback" not in worker.output
    assert (len(world.posts()), world.effects()) == (1, 1)
    assert world.step()[0] == "waiting", "what came of the call is written down"
    assert TOKEN not in worker.output
    assert world.server.hgetall(layout.CLAIMS + "act") == {}
    assert world.server.hgetall(layout.WORKERS) == {}, "it said goodbye"
    last: Any = world.server.get(layout.TICK)
    assert int(last) / 1000 > told_at + 1.0, "it beat on, so that nobody took its row amid the call"


def test_what_a_worker_tells_shows_no_address(server: redis.Redis, running: Server, crew: Crew, world: World) -> None:
    with running_hook() as hook:
        rules = (
            "version: 1\nrules:\n  - {name: tell, mode: live, on: dyno.destroy, match: {data.state: crashed},"
            " do: [{notify: {to: ops, text: 'crashed'}}]}\ntargets: {ops: {webhook: $OPS_URL}}\n"
        )
        worker = start(crew, REDIS_URL=running.url, RULES_YAML=rules, OPS_URL=hook.url, ALLOW_PRIVATE_ADDRESSES="true")
        worker.ready(lambda: "worker ready" in worker.output, what="the worker to be ready", within=STARTS)
        world.deliver(sample("dyno_crashed", app=APP, at=datetime.now(UTC)))
        worker.ready(lambda: "Told ops" in worker.output, what="the message to be sent", within=STARTS)

    assert hook.sent[0].message["text"] == "crashed"
    assert "a-secret-path" not in worker.output
    assert SECRET not in worker.output


def test_a_worker_that_is_told_to_stop_keeps_what_an_agent_said(world: World, running: Server, crew: Crew) -> None:
    world.heroku.order_replies(Reply(says=[Said(text="Looking.")], ends="never"))
    rules = (
        "version: 1\nrules:\n  - {name: why, mode: live, on: dyno.destroy, match: {data.state: crashed},"
        " do: [{agent: {prompt: why?, within: 5m}}]}\n"
    )
    service = {"INFERENCE_URL": world.address, "INFERENCE_KEY": KEY, "INFERENCE_MODEL_ID": "a-model"}
    worker = start(crew, REDIS_URL=running.url, RULES_YAML=rules, **service)
    worker.ready(lambda: "worker ready" in worker.output, what="the worker to be ready", within=STARTS)
    world.deliver(sample("dyno_crashed", id="e1", app=APP, at=datetime.now(UTC) + timedelta(seconds=5)))
    answer = f"{layout.ANSWER}e1:why:step:0"
    worker.ready(lambda: world.server.hget(answer, "told") is not None, what="the agent's words", within=STARTS)
    worker.send(signal.SIGTERM)

    assert worker.wait(ENDS) == 0
    told: Any = world.server.hgetall(answer)
    assert told[b"state"] == b"interrupted"
    assert b"Looking." in told[b"told"]
    assert KEY not in worker.output


def test_with_a_service_account_it_starts_though_heroku_does_not_say_whose(
    world: World, running: Server, crew: Crew
) -> None:
    """While Heroku's API was out it did not start at all, and Heroku let it wait ever longer between attempts."""
    world.heroku.order_faults(Fault(kind=Kind.STATUS, status=503, path="/account"))
    worker = start(
        crew, REDIS_URL=running.url, HEROKU_API_URL=world.address, HEROKU_API_KEY=TOKEN, SERVICE_ACCOUNT="true"
    )
    worker.ready(lambda: "worker ready" in worker.output, what="the worker to be ready", within=STARTS)
    assert "it is not known yet whose token it is" in worker.output
