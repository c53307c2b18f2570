"""What our client of Heroku's API costs over the HTTP client beneath it."""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator

import httpx2

from heroku.access import Grant, Level
from heroku.calls import CallRecord
from heroku.client import Heroku
from toolbelt import service, simulation
from toolbelt.bench.figures import Figure
from toolbelt.crew import HOME, Crew
from toolbelt.environment import without_the_callers
from toolbelt.servers import free_port
from toolbelt.simulator.rates import POOL
from toolbelt.simulator.remote import Remote

APP, TOKEN = "acme-web", "HRKU-bench"
RELEASE = 1
CALLS = 10_000
ROUNDS = 100  # of which each measures both, one right after the other
START_SECONDS = 10.0

Tell = Callable[[str], None]


def clients(crew: Crew, seconds: float, tell: Tell) -> Iterator[Figure]:  # noqa: ARG001  (a number of calls, not a time)
    """Calls that are granted, recorded, bounded in time and read into models, against bare calls of httpx2.

    Against the simulator, as people would see it; and against a server that does nothing but answer, where all that
    differs is the client's own time.
    """
    tell(f"clients: {CALLS:,} calls through ours to the simulator, {CALLS:,} bare ones")
    address = simulation.start(crew, os.environ, token=TOKEN, tell=lambda *_: None)
    with Remote(address) as heroku:
        heroku.add_app(APP)
        yield from _compared(address, "to the simulator", between=lambda: heroku.set_rate(POOL))
    tell(f"clients: {CALLS:,} calls of each to a server that only answers")
    yield from _compared(_server(crew), "to a server that only answers", between=lambda: None)


def _compared(address: str, where: str, *, between: Callable[[], None]) -> Iterator[Figure]:
    records: list[CallRecord] = []
    grant = Grant("bench", {"releases": Level.READ}, frozenset({APP}))
    with (
        httpx2.Client(base_url=address, headers={"User-Agent": "bench"}, trust_env=False) as bare,
        Heroku(TOKEN, base_url=address, grant=grant, after=records.append) as heroku,
    ):
        pairs = list(_pairs(lambda: _plain(bare), lambda: heroku.release(APP, RELEASE), between))
    if len(records) < CALLS or {record.outcome for record in records} != {"done"}:
        raise ValueError("not every call was recorded as done")
    ratio = statistics.median(ours / plain for plain, ours in pairs)
    yield Figure(f"a bare call of httpx2 {where}", statistics.median(plain for plain, _ in pairs) * 1e6, "µs")
    yield Figure(f"a call through our client {where}", statistics.median(ours for _, ours in pairs) * 1e6, "µs")
    note = f"median of {ROUNDS} pairs"
    yield Figure(f"our client ÷ bare httpx2, {where}", ratio, "ratio", ("≤", 1.3), note)


def _plain(client: httpx2.Client) -> object:
    headers = {"Accept": "application/vnd.heroku+json; version=3", "Authorization": f"Bearer {TOKEN}"}
    return client.get(f"/apps/{APP}/releases/{RELEASE}", headers=headers).raise_for_status().json()


def _pairs(
    plain: Callable[[], object], ours: Callable[[], object], between: Callable[[], None]
) -> Iterator[tuple[float, float]]:
    """Seconds for one call of each, by rounds; the first of each opens the connection and is not counted."""
    plain(), ours()
    for _ in range(ROUNDS):
        between()
        yield _each(plain), _each(ours)


def _each(call: Callable[[], object]) -> float:
    calls = CALLS // ROUNDS
    begun = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - begun) / calls


def _server(crew: Crew) -> str:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    env = {**without_the_callers(os.environ), "PYTHONPATH": str(HOME)}
    process = crew.start("answers", [sys.executable, "-m", "toolbelt.bench.answering", str(port)], env=env)
    process.ready(lambda: service.status(f"{address}/") is not None, what="answers", within=START_SECONDS)
    return address
