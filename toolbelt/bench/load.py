"""A load generator of its own process: keep-alive connections that post signed deliveries, as fast or as often as told.

Prints one JSON object. Closed loop (no --rate): each connection sends when it has its answer. Open loop: a delivery is
due every 1/rate seconds, and its latency counts from when it was due, so that a stall is not hidden.
"""

import asyncio
import json
import time
from collections import deque
from typing import cast

import click
import uvloop

from toolbelt.bench.requests import bodies, request


class Connection(asyncio.Protocol):
    """One keep-alive connection; answers are short and come one at a time."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._buffer = b""
        self._due = 0.0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but its ancestry
        self._load.idle(self)

    def post(self, payload: bytes, due: float) -> None:
        assert self.transport is not None  # noqa: S101
        self._due = due
        self.transport.write(payload)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
        if len(rest) < length:
            return
        status, self._buffer = head[9:12].decode(), b""
        self._load.answered(self, status, time.perf_counter() - self._due)

    def connection_lost(self, _: Exception | None) -> None:
        self._load.lost += 1


class Load:
    """Hands requests to connections and writes down what comes back."""

    def __init__(self, payloads: deque[tuple[str, bytes]], *, rate: float) -> None:
        self._payloads = payloads
        self._rate = rate
        self._idle: deque[Connection] = deque()
        self._over = False
        self._waiting: deque[float] = deque()
        self.statuses: dict[str, int] = {}
        self.latencies: list[float] = []
        self.lost = 0
        self.sent: dict[str, float] = {}

    def idle(self, connection: Connection) -> None:
        self._idle.append(connection)

    def answered(self, connection: Connection, status: str, seconds: float) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.latencies.append(seconds)
        if self._over or not self._payloads:
            return
        if self._rate:
            self._idle.append(connection)
            self._send_due()
        else:
            self._post(connection, time.perf_counter())

    def _send_due(self) -> None:
        while self._waiting and self._idle and self._payloads:
            self._post(self._idle.popleft(), self._waiting.popleft())

    def _post(self, connection: Connection, due: float) -> None:
        id, payload = self._payloads.popleft()
        self.sent[id] = due
        connection.post(payload, due)

    async def run(self, seconds: float) -> float:
        """Post for so long; answers the seconds that it took."""
        begun = time.perf_counter()
        if not self._rate:
            while self._idle and self._payloads:
                self._post(self._idle.popleft(), time.perf_counter())
            while time.perf_counter() - begun < seconds and self._payloads:
                await asyncio.sleep(0.02)
        else:
            due = 0
            while time.perf_counter() - begun < seconds and self._payloads:
                while begun + due / self._rate <= time.perf_counter():
                    self._waiting.append(begun + due / self._rate)
                    due += 1
                self._send_due()
                await asyncio.sleep(0.001)
        self._over = True
        taken = time.perf_counter() - begun
        await asyncio.sleep(0.3)  # what is under way
        return taken


async def _main(
    *, port: int, connections: int, seconds: float, rate: float, times: bool, payloads: deque[tuple[str, bytes]]
) -> dict[str, object]:
    load = Load(payloads, rate=rate)
    loop = asyncio.get_running_loop()
    for _ in range(connections):
        await loop.create_connection(lambda: Connection(load), "127.0.0.1", port)
    epoch = time.time() - time.perf_counter()
    taken = await load.run(seconds)
    latencies = sorted(load.latencies) or [0.0]
    return {
        "answers": len(load.latencies),
        "seconds": taken,
        "per_second": len(load.latencies) / taken,
        "statuses": load.statuses,
        "lost_connections": load.lost,
        "sent_at": {id: round(due + epoch, 6) for id, due in load.sent.items()} if times else {},
        **{
            f"p{p}_ms": round(latencies[min(len(latencies) - 1, len(latencies) * p // 100)] * 1000, 2) for p in (50, 99)
        },
    }


@click.command()
@click.option("--port", type=int, required=True)
@click.option("--secret", envvar="WEBHOOK_SECRET", required=True)
@click.option("--connections", default=64)
@click.option("--seconds", default=5.0)
@click.option("--rate", default=0.0, help="Deliveries a second; 0: as fast as answers come.")
@click.option("--most", default=60_000, help="Deliveries to prepare.")
@click.option("--sample", default="release_update_succeeded")
@click.option("--apps", type=bool, default=False, help="Each delivery is about another app, whose id is the event's.")
def main(
    port: int,
    secret: str,
    connections: int,
    seconds: float,
    rate: float,
    most: int,
    sample: str,
    apps: bool,  # noqa: FBT001
) -> None:
    """Post signed deliveries to a receiver on this machine."""
    source = bodies(sample, apps=apps)
    prepared = (next(source) for _ in range(most))
    payloads = deque((id, request(body, secret)) for id, body in prepared)
    found = uvloop.run(
        _main(port=port, connections=connections, seconds=seconds, rate=rate, times=apps, payloads=payloads)
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
