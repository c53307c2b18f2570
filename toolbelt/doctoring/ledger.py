"""Redis: does it answer, is there room, does it keep what it was given; and the workers seen in it."""

from collections.abc import Iterator
from typing import Any

import redis

from core import layout
from core.beat import Epoch
from core.hands import Hands
from core.telling.words import ago, moment
from rules.rulebook import Rulebook
from toolbelt.doctoring.findings import Finding, attention, broken, ok

AREA = "redis"
OLDEST = (6, 2)
CROWDED = 0.8  # of the connections
NEARLY_FULL = 0.7  # of the memory; from layout.FULL_SHARE on deliveries are refused
MEGABYTE = 1_000_000
ROTATED = "is the add-on there? heroku redis:info; if its address changed lately, restart: heroku ps:restart"


def of_redis(client: redis.Redis) -> Iterator[Finding]:
    """The server itself; one line, and no more, if it does not answer."""
    try:
        info: dict[str, Any] = client.info()
        epoch = client.get(layout.EPOCH)
        most = info.get("maxclients") or _most_connections(client)
    except (redis.RedisError, OSError) as error:
        yield broken(AREA, "answers", f"no ({type(error).__name__})", ROTATED)
        return
    yield _version(info)
    yield _space(info)
    yield _connections(info, most)
    yield _persistence(info)
    yield _eviction(info)
    if isinstance(epoch, bytes):
        yield ok(AREA, "data", f"all kept since {moment(Epoch.parse(epoch.decode()).since)}")
    else:
        says = "nothing: no worker ever began, or it lost its data"
        yield attention(AREA, "data", says, "a worker begins anew as soon as it runs; what came before is not known")


def of_workers(client: redis.Redis, book: Rulebook | None) -> Iterator[Finding]:
    """Who is at work, by which rules, and whether somebody paused them. Raises redis.exceptions.RedisError."""
    hands = Hands(client)
    status, now = hands.status(), hands.now()
    area = "workers"
    if pause := status["paused"]:
        says = f"by {pause['by']}, {ago(pause['at'], now)}: {pause['why']}"
        yield attention(area, "paused", says, "when it is time: bin/dynohook resume --why ...")
    if not status["ready"]:
        yield broken(
            area, "seen", "none: nothing is decided", "heroku ps:scale worker=1, and heroku logs --dyno worker"
        )
        return
    yield ok(area, "seen", f"{status['workers']}")
    digests = status["rules"]
    if book is None:
        return
    if digests == [book.digest]:
        yield ok(area, "rules", f"the same as here ({book.digest})")
    else:
        says = f"others ({', '.join(digests) or 'none yet'}) than here ({book.digest})"
        yield attention(area, "rules", says, "deploy the rules that are here; while a deploy is under way, look again")


def _most_connections(client: redis.Redis) -> int | None:
    """Older servers tell it only here, and Heroku's may not at all."""
    try:
        answer: Any = client.config_get("maxclients")
        return int(answer["maxclients"])
    except (redis.ResponseError, KeyError):
        return None


def _version(info: dict[str, Any]) -> Finding:
    name, version = ("Valkey", info["valkey_version"]) if "valkey_version" in info else ("Redis", info["redis_version"])
    if tuple(map(int, str(info["redis_version"]).split(".")[:2])) < OLDEST:
        return broken(AREA, "answers", f"{name} {version}, which is too old", "heroku redis:upgrade")
    return ok(AREA, "answers", f"{name} {version}")


def _space(info: dict[str, Any]) -> Finding:
    used, most = info["used_memory"], info.get("maxmemory", 0)
    if not most:
        return ok(AREA, "space", f"{used / MEGABYTE:.1f} MB used, no bound set")
    says = f"{used / MEGABYTE:.1f} of {most / MEGABYTE:.1f} MB used"
    do = "a worker that runs makes room by itself, as far as nothing waits; else take a larger plan"
    if used / most >= layout.FULL_SHARE:
        return broken(AREA, "space", f"{says}: deliveries are refused until there is room", do)
    return attention(AREA, "space", says, do) if used / most >= NEARLY_FULL else ok(AREA, "space", says)


def _connections(info: dict[str, Any], most: int | None) -> Finding:
    used = info["connected_clients"]
    if not most:
        return ok(AREA, "connections", f"{used} used")
    says = f"{used} of {most} used"
    do = "fewer processes, a larger plan, or look who else uses it: heroku redis:info"
    return attention(AREA, "connections", says, do) if used / most >= CROWDED else ok(AREA, "connections", says)


def _persistence(info: dict[str, Any]) -> Finding:
    if info.get("aof_enabled"):
        return ok(AREA, "persistence", "what it keeps is written down")
    says = "none that is sure: a restart may lose what it keeps, and what was done before is then not remembered"
    return attention(AREA, "persistence", says, "a plan with persistence; the smallest has none")


def _eviction(info: dict[str, Any]) -> Finding:
    policy = info.get("maxmemory_policy", "unknown")
    if policy == "noeviction":
        return ok(AREA, "when full", "refuses, and forgets nothing (noeviction)")
    says = f"forgets ({policy}): events could be lost unseen"
    return broken(AREA, "when full", says, "heroku redis:maxmemory --policy noeviction")
