"""The measures: each starts what it needs on a scene of its own and answers figures."""

import asyncio
import os
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import redis
import redis.asyncio

from core import layout
from core.accepting import Arrival, Keeper
from core.hands import Hands
from toolbelt import simulation
from toolbelt.bench.budgets import budgets
from toolbelt.bench.clients import clients
from toolbelt.bench.figures import Figure
from toolbelt.bench.requests import bodies
from toolbelt.bench.ruling import ruling
from toolbelt.bench.scene import Scene, resident_megabytes, result
from toolbelt.crew import Crew
from toolbelt.simulator.remote import Remote
from toolbelt.waiting import until

ROUNDS = 3
GROUP = 64
QUIET_RULES = 50
REACTIONS_PER_SECOND = 200

Tell = Callable[[str], None]


def accepts(crew: Crew, seconds: float, tell: Tell) -> Iterator[Figure]:
    """Verified, de-duplicated and durable accepts against the endpoint that only verifies and parses."""
    scene = Scene(crew)
    web, port = scene.web()
    reference, other = scene.web(app="toolbelt.bench.reference:app")
    kept, only = [], []
    for round_ in range(ROUNDS):
        tell(f"accepts: round {round_ + 1} of {ROUNDS}")
        only.append(scene.load(other, seconds=seconds)["per_second"])
        found = scene.load(port, seconds=seconds)
        if set(found["statuses"]) != {"202"}:
            raise ValueError(f"not every delivery was accepted: {found['statuses']}")
        kept.append(found["per_second"])
        scene.ledger.flushall()
    ratio = statistics.median(a / b for a, b in zip(kept, only, strict=True))
    yield Figure("accepts, 64 connections", statistics.median(kept), "/s", ("≥", 8_000), "one web process, AOF on")
    yield Figure("the same endpoint, verifying and parsing only", statistics.median(only), "/s")
    yield Figure("accepts ÷ verify and parse", ratio, "ratio", ("≥", 0.6), f"median of {ROUNDS} pairs")
    tell("accepts: at 1,000/s")
    paced = scene.load(port, seconds=seconds, rate=1_000)
    yield Figure("answer time at 1,000/s, p50", paced["p50_ms"], "ms")
    yield Figure("answer time at 1,000/s, p99", paced["p99_ms"], "ms", ("<", 10))
    yield Figure("web process, after the load", resident_megabytes(web), "MB", ("≤", 80))
    crew.end(web)
    crew.end(reference)


def decisions(crew: Crew, seconds: float, tell: Tell) -> Iterator[Figure]:
    """Events decided per second with 50 rules of which none fires: a worker alone, then beside the receiver."""
    scene = Scene(crew, rules=quiet_rules(crew.folder() / "rules.yaml"))
    count = int(6_000 * seconds)
    tell(f"decisions: keeping {count:,} events first")
    asyncio.run(_keep(scene.settings["REDIS_URL"], count))
    hands = Hands(scene.ledger)
    hands.pause(by="bench", why="the worker starts first")
    worker = scene.worker()
    hands.resume(by="ops", why="it is over")
    first = until(lambda: _decided(scene.ledger) or None, what="the first decision", within=30.0)
    begun = time.perf_counter()
    until(lambda: _decided(scene.ledger) >= count, what="all events to be decided", within=120.0)
    alone = (count - first) / (time.perf_counter() - begun)
    yield Figure("events decided, a worker alone, 50 rules, none firing", alone, "/s", ("≥", 3_000))
    tell("decisions: beside the receiver, under load")
    web, port = scene.web()
    scene.ledger.hset(layout.COUNT, "decided", 0)
    load = scene.start_load(port, seconds=2 * seconds, most=200_000, rate=2_600)
    until(lambda: _decided(scene.ledger) > 0, what="the first decision", within=60.0)
    begun = time.perf_counter()
    first = _decided(scene.ledger)
    load.wait(120.0)
    shared = (_decided(scene.ledger) - first) / (time.perf_counter() - begun)
    found = result(load)
    yield Figure("events decided beside the receiver on the same cores", shared, "/s", ("≥", 2_000), "offered: 2,600/s")
    yield Figure("answer time meanwhile, p99", found["p99_ms"], "ms")
    yield Figure("worker process, after the load", resident_megabytes(worker), "MB", ("≤", 120))
    crew.end(worker)
    crew.end(web)


def reactions(crew: Crew, seconds: float, tell: Tell) -> Iterator[Figure]:
    """From a delivery being sent to the call that it causes arriving at Heroku's API, at 200 deliveries a second."""
    tell("reactions: POST → API call, durable")
    scene = Scene(crew, rules=reacting_rules(crew.folder() / "rules.yaml"))
    address = simulation.start(crew, os.environ, token=scene.token, tell=lambda *_: None)
    scene.settings["HEROKU_API_URL"] = address
    worker = scene.worker()
    web, port = scene.web()
    found = scene.load(port, seconds=2 * seconds, rate=REACTIONS_PER_SECOND, sample="release_update_failed", apps=True)
    sent: dict[str, float] = found["sent_at"]
    with Remote(address) as heroku:
        until(lambda: len(_arrivals(heroku)) >= len(sent), what="every delivery's call", within=60.0)
        arrived = _arrivals(heroku)
    late = sorted(at - sent[app] for app, at in arrived.items())
    yield Figure(f"POST → API call at {REACTIONS_PER_SECOND}/s, p50", late[len(late) // 2] * 1000, "ms", ("<", 10))
    yield Figure(
        f"POST → API call at {REACTIONS_PER_SECOND}/s, p99", late[len(late) * 99 // 100] * 1000, "ms", ("<", 30)
    )
    crew.end(worker)
    crew.end(web)


def _arrivals(heroku: Remote) -> dict[str, float]:
    """When the first call about each app arrived, in seconds since 1970."""
    calls = heroku.calls("GET", "/apps/*/releases")
    return {call.path.split("/")[2]: call.at.timestamp() for call in reversed(calls)}


def footprint(crew: Crew, seconds: float, tell: Tell) -> Iterator[Figure]:
    """Bytes a kept event, connections, start-up times and memory."""
    scene = Scene(crew)
    tell("footprint: memory of kept events")
    before = scene.ledger.info("memory")["used_memory"]
    count = 5_000
    asyncio.run(_keep(scene.settings["REDIS_URL"], count))
    kept = (scene.ledger.info("memory")["used_memory"] - before) / count
    yield Figure("Redis, a kept event with a body of 2 kB", kept, "bytes")
    tell("footprint: start-up and connections")
    begun = time.perf_counter()
    worker = scene.worker()
    yield Figure("worker, from start to its first beat", time.perf_counter() - begun, "s")
    begun = time.perf_counter()
    web, port = scene.web(processes=2)
    yield Figure("web, two processes, from start to an answer", time.perf_counter() - begun, "s")
    load = scene.start_load(port, seconds=seconds, rate=500)
    most = 0
    while load.running:
        most = max(most, scene.ledger.info("clients")["connected_clients"] - 1)  # but not ours
        time.sleep(0.05)
    yield Figure("Redis connections, two web processes and a worker, at most", most, "", ("≤", 8))
    yield Figure("web, two processes and their parent", resident_megabytes(web), "MB")
    yield Figure("worker", resident_megabytes(worker), "MB", ("≤", 120))
    crew.end(worker)
    crew.end(web)


MEASURES = {
    "accepts": accepts,
    "decisions": decisions,
    "reactions": reactions,
    "footprint": footprint,
    "budgets": budgets,
    "clients": clients,
    "ruling": ruling,
}


async def _keep(url: str, count: int) -> None:
    """Fill the ledger as the receiver would, without its HTTP."""
    server = redis.asyncio.Redis.from_url(url, protocol=2)
    keeper = Keeper(server)
    now = datetime.now(UTC).timestamp()
    source = (
        Arrival(id, "event", "api:release", "update", "acme-bench", now, body)
        for id, body in bodies("release_update_succeeded")
    )
    for _ in range(-(-count // GROUP)):
        await keeper.keep(list(islice(source, min(GROUP, count))))
    await server.aclose()


def _decided(ledger: redis.Redis) -> int:
    return int(ledger.hget(layout.COUNT, "decided") or 0)


def quiet_rules(path: Path) -> Path:
    """Rules that listen to every release and match none of those that are sent."""
    rules = "\n".join(
        f"  - {{name: quiet-{n}, mode: live, on: api:release, match: {{data.status: succeeded, app.name: other-{n}, "
        f"data.version: {{gt: {n}}}}}, do: [{{notify: {{to: log, text: x}}}}]}}"
        for n in range(QUIET_RULES)
    )
    path.write_text(f"version: 1\nrules:\n{rules}\n")
    return path


def reacting_rules(path: Path) -> Path:
    """A rule that looks at Heroku for every release that failed."""
    path.write_text(
        "version: 1\nrules:\n  - {name: react, mode: live, on: api:release.update, match: {data.status: failed}, "
        "access: {releases: write}, do: [{rollback: {to: last-good}}]}\n"
    )
    return path
