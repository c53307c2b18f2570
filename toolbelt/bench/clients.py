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
from toolbelt import service
from toolbelt.bench.figures import Figure
from toolbelt.crew import HOME, Crew
from toolbelt.environment import without_the_callers
from toolbelt.servers import free_port

CALLS = 10_000
ROUNDS = 100  # of which each measures both, one right after the other
START_SECONDS = 10.0

Tell = Callable[[str], None]


def clients(crew: Crew, seconds: float, tell: Tell) -> Iterator[Figure]:  # noqa: ARG001  (a number of calls, not a time)
    """Calls that are granted, recorded, bounded in time and read into models, against bare calls of httpx2."""
    tell(f"clients: {CALLS:,} calls through ours, {CALLS:,} bare ones")
    address = _server(crew)
    records: list[CallRecord] = []
    grant = Grant("bench", {"releases": Level.READ}, frozenset({"acme-web"}))
    with (
        httpx2.Client(base_url=address, trust_env=False) as bare,
        Heroku("HRKU-bench", base_url=address, grant=grant, after=records.append) as heroku,
    ):
        pairs = list(_pairs(lambda: _plain(bare), lambda: heroku.release("acme-web", 42)))
    if len(records) < CALLS or {record.outcome for record in records} != {"done"}:
        raise ValueError("not every call was recorded as done")
    ratio = statistics.median(ours / plain for plain, ours in pairs)
    yield Figure("a bare call of httpx2", statistics.median(plain for plain, _ in pairs) * 1e6, "µs")
    yield Figure("a call through our client", statistics.median(ours for _, ours in pairs) * 1e6, "µs")
    yield Figure("our client ÷ bare httpx2", ratio, "ratio", ("≤", 1.3), f"median of {ROUNDS} pairs")


def _plain(client: httpx2.Client) -> object:
    headers = {"Accept": "application/vnd.heroku+json; version=3", "Authorization": "Bearer HRKU-bench"}
    return client.get("/apps/acme-web/releases/42", headers=headers).raise_for_status().json()


def _pairs(plain: Callable[[], object], ours: Callable[[], object]) -> Iterator[tuple[float, float]]:
    """Seconds for one call of each, by rounds; the first of each opens the connection and is not counted."""
    plain(), ours()
    for _ in range(ROUNDS):
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
