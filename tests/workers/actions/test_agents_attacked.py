"""A real worker and an agents endpoint that sends anything: each stream has its own end, and costs no other one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from core.runs import StepRecord
from heroku.samples import sample
from tests.workers.actions.raw_agents import (
    DONE,
    HEAD,
    RawAgents,
    Script,
    breaks_off,
    refuses,
    says,
    turn,
    without_end,
)
from tests.workers.process import start
from tests.workers.world import APP, KEY, TOKEN, World
from toolbelt.crew import Crew
from toolbelt.processes import Process
from toolbelt.servers import Server

STARTS = 30.0  # seconds, on a busy machine
ENDS = 90.0
BEGUN = "begins with an empty Redis"
RULES = """
version: 1
rules:
  - name: diagnose
    mode: live
    on: dyno.destroy
    match: {data.state: crashed}
    each: data.id
    give_up_after: 30s
    do: [{agent: {prompt: "Why did <NAME> crash?", within: 12s}}]
""".replace("<NAME>", "<{{ data.name }}>")
WELL = turn("It ran", usage={"total_tokens": 10}) + turn("It ran out of memory.") + DONE
SAID = "The agent said (30 tokens): "


class Case(NamedTuple):
    """A script, and what becomes of the step."""

    script: Script | list[Script]
    state: str
    sentence: str


def cut(why: str) -> str:
    return f"did not come to an end: the stream broke off: POST /v1/agents/heroku: {why}"


def bare(data: bytes) -> bytes:
    return b"event:message\ndata:" + data + b"\n\n"


UNREAD = cut("an event of the stream cannot be read")
ENDLINES = WELL.replace(b"\n", b"\r\n", 3).replace(b"\n\n", b"\r\r")
CASES = {
    "well": Case(says(HEAD + WELL), "done", "The agent said (40 tokens): It ran out of memory."),
    "slow": Case(
        says(HEAD, *[turn(f"{n}", usage={"total_tokens": 1}) for n in range(20)], DONE, seconds=0.1),
        "done",
        "The agent said (20 tokens): 19",
    ),
    "bytewise": Case(
        says(HEAD, *(bytes([byte]) for byte in WELL)), "done", "The agent said (40 tokens): It ran out of memory."
    ),
    "line ends": Case(says(HEAD + b"\xef\xbb\xbf" + ENDLINES), "done", "It ran out of memory."),
    "fields": Case(
        says(HEAD + b": hi\nid: 1\nretry: 9\nevent: x\n\nevent:heartbeat\n\n" + turn("fine") + DONE), "done", "fine"
    ),
    "lines of data": Case(
        says(HEAD + turn("fine").replace(b', "', b',\ndata: "') + DONE), "done", SAID + "fine"
    ),
    "halves": Case(
        says(HEAD, *[turn("Käse 💩")[n : n + 3] for n in range(0, 999, 3)], DONE), "done", SAID + "Käse 💩"
    ),
    "no utf-8": Case(says(HEAD + turn("x").replace(b'"x"', b'"\xff"') + DONE), "done", SAID + "\ufffd"),
    "parts": Case(says(HEAD + turn([{"type": "text", "text": "fine"}]) + DONE), "done", SAID + "fine"),
    "tokens": Case(says(HEAD + turn("fine", usage={"total_tokens": "9"}) + DONE), "done", "(0 tokens): fine"),
    "not a number": Case(says(HEAD + turn("fine", usage={"total_tokens": float("nan")}) + DONE), "done", "fine"),
    "two ends": Case(says(HEAD + turn("fine") + DONE + turn("not me") + DONE), "done", SAID + "fine"),
    "nothing": Case(says(HEAD + DONE), "failed", "came to an end (0 tokens) and said nothing"),
    "no end": Case(says(HEAD + turn("fine")), "failed", cut("the stream ended before it was done")),
    "deep": Case(says(HEAD + bare(b"[" * 100_000) + DONE), "failed", UNREAD),
    "no choice": Case(says(HEAD + turn("x", choices=[]) + DONE), "failed", UNREAD),
    "error": Case(says(HEAD + bare(b'{"error": {"message": "no room"}}')), "failed", cut("it ended with no room")),
    "reset": Case(breaks_off(HEAD, turn("fine"), b"event:mess"), "failed", cut("ReadError")),
    "html": Case(says(HEAD + b"<html>" * 9), "failed", cut("the stream ended before it was done")),
    "drips": Case(without_end(HEAD, b"x", seconds=0.1), "failed", "its time was up"),
    "drips its head": Case(without_end(b"HTTP/1.1 200 OK\r\nX: ", b"x", seconds=0.1), "failed", "its time was up"),
    "beats": Case(without_end(HEAD + turn("so far"), b":\n\n", seconds=0.1), "failed", "its time was up"),
    "one line": Case(without_end(HEAD, b"x" * 65_536), "failed", cut("an event is larger than 2000000 bytes")),
    "floods": Case(without_end(HEAD, bare(b'{"x"') + turn()), "failed", UNREAD),
    "floods well": Case(without_end(HEAD, turn("x" * 5_000, usage={})), "failed", "the stream is larger than 20000000"),
    "401": Case(refuses(401, b'{"error": {"message": "wrong key"}}'), "failed", "401: wrong key"),
    "402": Case(refuses(402, b"<html>"), "failed", "402: an error"),
    "404": Case(refuses(404), "failed", "404: an error"),
    "500": Case(refuses(500, b"x" * 200_000), "failed", "500: an error"),
    "elsewhere": Case(refuses(307, Location="/v1/elsewhere"), "failed", "307: an error"),
    "busy": Case([refuses(429, Retry_After="2"), says(HEAD + turn("fine") + DONE)], "done", SAID + "fine"),
}  # fmt: skip


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew() as crew:
        yield crew


def worker(crew: Crew, running: Server, world: World, endpoint: RawAgents) -> Process:
    process = start(
        crew,
        REDIS_URL=running.url,
        RULES_YAML=RULES,
        HEROKU_API_URL=world.address,
        HEROKU_API_KEY=TOKEN,
        INFERENCE_URL=endpoint.address,
        INFERENCE_KEY=KEY,
        INFERENCE_MODEL_ID="a-model",
    )
    process.ready(lambda: BEGUN in process.output, what="the worker to be ready", within=STARTS)
    return process


def crashes(world: World, names: list[str]) -> None:
    at = datetime.now(UTC) + timedelta(seconds=2)
    told: dict[str, Any] = {"app": APP, "at": at, "data.app.id": world.app.id}
    world.deliver(
        *(
            sample("dyno_crashed", id=f"e{n}", **told | {"data.id": f"d{n}", "data.name": f"{name}"})
            for n, name in enumerate(names)
        )
    )


def test_every_stream_comes_to_its_own_end(world: World, running: Server, crew: Crew) -> None:
    names = list(CASES)
    with RawAgents({f"⟦{name}⟧": case.script for name, case in CASES.items()}) as endpoint:
        process = worker(crew, running, world, endpoint)
        crashes(world, names)
        process.ready(
            lambda: len(world.runs()) == len(names) and all(run.state in ("done", "failed") for run in world.runs()),
            what="all runs to end",
            within=ENDS,
        )
    records: dict[str, StepRecord] = {
        names[int(run.id.partition(":")[0][1:])]: run.journal["step:0"] for run in world.runs()
    }
    came = {name: (records[name].state, case.sentence in records[name].sentence) for name, case in CASES.items()}
    wrong = {name: records[name].sentence for name, case in CASES.items() if came[name] != (case.state, True)}
    assert wrong == {}
    assert sorted(endpoint.asked) == sorted([f"⟦{name}⟧" for name in [*names, "busy"]])
    assert set(endpoint.paths) == {"/v1/agents/heroku"}
    assert "Traceback" not in process.output
    assert KEY not in process.output + world.kept()
