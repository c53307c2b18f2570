"""Rules that look at more than one event, in several real workers at once, some of them killed: none fires twice."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
import redis.asyncio

from core import layout
from core.accepting import Arrival, Keeper
from core.hands import Hands
from heroku import events
from heroku.samples import encode, sample
from tests.workers.process import start
from toolbelt.crew import Crew
from toolbelt.processes import Process
from toolbelt.servers import Server
from toolbelt.waiting import until

RULES = """
version: 1
rules:
  - name: five-times
    mode: live
    on: api:domain.create
    each: data.hostname
    count: {at_least: 5, within: 1h}
    do: [{notify: {to: log, text: five times}}]
  - name: once-quiet
    mode: live
    on: api:domain.create
    each: data.hostname
    quiet_for: 10m
    do: [{notify: {to: log, text: it is quiet}}]
  - name: after-its-build
    mode: live
    on: api:release.create
    each: id
    after: {on: api:build.create, within: 30m, same: {data.slug.id: data.slug.id}}
    do: [{notify: {to: log, text: after its build}}]
  - name: without-addon
    mode: shadow
    on: api:release.create
    each: id
    missing: {on: api:addon.create, within: 30m, same: {data.slug.id: data.name}}
    do: [{notify: {to: log, text: without its add-on}}]
"""
KEYS = [f"case-{number}" for number in range(12)]
WORKERS = 3


@pytest.fixture
def workers(running: Server, tmp_path: Path) -> Iterator[list[Process]]:
    """Three of them, with the rules above."""
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    settings = {"REDIS_URL": running.url, "RULES_PATH": str(rules)}
    with Crew() as crew:
        made = [start(crew, **settings) for _ in range(WORKERS)]
        for process in made:
            process.ready(lambda process=process: "worker ready" in process.output, what="a worker", within=60)  # type: ignore[misc]
        yield made


def test_what_several_workers_decide_at_once_and_amid_kills_fires_once(
    server: redis.Redis, workers: list[Process]
) -> None:
    documents = story()
    random.Random(5).shuffle(documents)
    half = len(documents) // 2

    keep(server, documents[:half])
    workers[0].kill()
    keep(server, documents[half:])
    until(lambda: not server.zcard(layout.DUE + "decide"), what="all events to be decided", within=60)
    workers[1].kill()
    until(lambda: nothing_waits(server), what="all waits to be judged", within=60)

    assert Counter(rule for rule, _ in fired(server)) == {
        "five-times": 2 * len(KEYS),
        "once-quiet": len(KEYS),
        "after-its-build": len(KEYS),
    }
    assert max(Counter(fired(server)).values()) <= 2
    assert sorted(gates(server, "release")) == sorted([["came"], ["shadow"]] * (len(KEYS) // 2))
    assert Hands(server).dead() == {}


def story() -> list[dict[str, Any]]:
    """For each case ten domains, a build before its release, and for every second one the add-on that must not lack."""
    now = datetime.now(UTC)
    told = []
    for number, case in enumerate(KEYS):
        at = now - timedelta(minutes=number + 10)
        for n in range(10):
            second = at + timedelta(seconds=n)
            told.append(
                sample(
                    "domain_create",
                    id=f"domain-{case}-{n}",
                    at=second,
                    **{"data.hostname": case, "data.id": f"{case}-{n}"},
                )
            )
        told.append(sample("build_create_pending", id=f"build-{case}", at=at, **{"data.slug.id": case}))
        later = at + timedelta(minutes=1)
        told.append(sample("release_create_succeeded", id=f"release-{case}", at=later, **{"data.slug.id": case}))
        if number % 2:
            told.append(sample("addon_create", id=f"addon-{case}", at=later, **{"data.name": case}))
    for document in told:
        document["data"]["app"] = {"id": "app-1", "name": "acme-web"}
    return told


def keep(server: redis.Redis, documents: Sequence[dict[str, Any]]) -> None:
    """Accept these, as the receiver does, in groups."""

    async def ask() -> None:
        pool: Any = server.connection_pool
        client = redis.asyncio.Redis(unix_socket_path=pool.connection_kwargs["path"], protocol=2)
        try:
            for first in range(0, len(documents), 16):
                arrivals = [arrival(document) for document in documents[first : first + 16]]
                assert set(await Keeper(client).keep(arrivals)) == {"accepted"}
        finally:
            await client.aclose()

    asyncio.run(ask())


def arrival(document: dict[str, Any]) -> Arrival:
    body = encode(document)
    event = events.read(body)
    assert event.created_at is not None
    return Arrival(event.id, "event", event.include, event.action, "", event.created_at.timestamp(), body)


def nothing_waits(server: redis.Redis) -> bool:
    """Whether no wait is left. Those that are not due are made due: what is tested is not the passing of time."""
    rows: Any = server.zrange(layout.DUE + "wait", 0, -1)
    claimed: Any = server.hkeys(layout.CLAIMS + "wait")
    for row in set(rows) - set(claimed):
        server.zadd(layout.DUE + "wait", {row: 1}, xx=True)
    return not rows


def fired(server: redis.Redis) -> list[tuple[str, str]]:
    """Rule and key of each run."""
    runs = [run for run in Hands(server).runs(most=1_000) if run.event_id]
    return [(run.rule, run.key) for run in runs]


def gates(server: redis.Redis, beginning: str) -> list[list[str]]:
    """What the rule in shadow came to, for each event whose id begins so."""
    kept = [one.kept for one in Hands(server).events(most=1_000) if one.id.startswith(beginning) and one.kept]
    lines = [line for one in kept for line in one.decisions if line.get("r", "without-addon") == "without-addon"]
    said = [gate[1] for line in lines for gate in line["g"] if gate[1] in ("came", "shadow")]
    return [[gate] for gate in said]
