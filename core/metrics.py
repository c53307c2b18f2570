"""Counters that all processes share, in one Redis hash; dynos have no memory in common."""

from collections.abc import Iterable, Mapping
from typing import Any

import redis.asyncio
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from core import layout

HELP = {
    "accept_groups": "Script calls that kept deliveries",
    "accepted": "Deliveries kept",
    "duplicate": "Deliveries that repeated one already kept",
    "unreadable": "Signed deliveries that could not be read and were kept aside",
    "refused_for_room": "Deliveries answered 503 as Redis was nearly full or too much was waiting",
    "refused": "Requests that were not believed, by cause",
    "not_kept": "Deliveries answered 503, by cause",
    "cut_off": "Requests whose client left before the end",
    "decided": "Events decided",
    "repeats": "Events that a rule matched and that told what another had told",
    "own_effects": "Events that a rule matched and that were our own doing",
    "chains": "Events that a rule matched and that too many of our runs had led to",
    "traces_forgotten": "Traces of events for other rules that were let go early, as there were too many",
    "waits": "Rules put off until it is known whether something else comes",
    "runs_planned": "Runs planned",
    "runs_finished": "Runs finished",
    "runs": "Runs finished, by what they came to",
    "dead_letters": "Rows given up after five claims ran out",
    "breakers_opened": "Rules stopped by their limit",
}


async def add(redis: redis.asyncio.Redis, counters: Mapping[str, int]) -> None:
    """Add to the counters; a name may carry a label value as `name:value`."""
    pipeline = redis.pipeline(transaction=False)
    for name, number in counters.items():
        pipeline.hincrby(layout.COUNT, name, number)
    await pipeline.execute()


async def snapshot(redis: redis.asyncio.Redis) -> dict[str, float]:
    """Every counter, and the gauges: rows due in each lane and dead, workers, memory used and at most (bytes)."""
    pipeline = redis.pipeline(transaction=False)
    pipeline.hgetall(layout.COUNT)
    pipeline.zcard(layout.DUE + "decide")
    pipeline.zcard(layout.DUE + "act")
    pipeline.zcard(layout.DUE + "wait")
    pipeline.hlen(layout.DEAD)
    pipeline.hlen(layout.WORKERS)
    pipeline.info("memory")
    counters, decide, act, wait, dead, workers, memory = await pipeline.execute()
    return {name.decode(): float(number) for name, number in counters.items()} | {
        "gauge:due_decide": decide,
        "gauge:due_act": act,
        "gauge:due_wait": wait,
        "gauge:dead": dead,
        "gauge:workers": workers,
        "gauge:memory_used_bytes": memory["used_memory"],
        "gauge:memory_max_bytes": memory["maxmemory"],
    }


def page(numbers: Mapping[str, float]) -> bytes:
    """A snapshot in Prometheus's text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Snapshot(numbers))
    return generate_latest(registry)


class _Snapshot:
    def __init__(self, numbers: Mapping[str, float]) -> None:
        self._numbers = numbers

    def collect(self) -> Iterable[Metric]:
        families: dict[str, Any] = {}
        for name, number in sorted(self._numbers.items()):
            if name.startswith("gauge:"):
                gauge = name.removeprefix("gauge:")
                yield GaugeMetricFamily(f"dynohook_{gauge}", gauge.replace("_", " "), value=number)
                continue
            counter, _, label = name.partition(":")
            if counter not in families:
                labels = ["cause"] if label else []
                families[counter] = CounterMetricFamily(
                    f"dynohook_{counter}", HELP.get(counter, counter.replace("_", " ")), labels=labels
                )
            families[counter].add_metric([label] if label else [], number)
        yield from families.values()
