"""The service at a glance in words: who works, what was taken and what was refused, and why."""

from collections.abc import Mapping
from typing import Any

from core.telling.words import moment

MEGABYTE = 1_000_000

# What deliveries that were not taken are counted under. The first of them somebody else may have sent; of the others
# Heroku sends each again.
REFUSED: Mapping[str, str] = {
    "refused:no_signature": "without a signature",
    "refused:repeated_signature": "with more than one signature",
    "refused:wrong_signature": "wrongly signed: no secret in WEBHOOK_SECRET fits",
    "refused:wrong_authorization": "with another Authorization than in WEBHOOK_AUTHORIZATION",
    "refused:too_large": "too large",
    "refused:too_slow": "too slow",
    "cut_off": "cut off by the sender",
    "not_kept:full": "not kept, as Redis was nearly full",
    "not_kept:deep": "not kept, as too many events waited",
    "not_kept:redis": "not kept, as Redis did not take them",
    "not_kept:busy": "not kept, as too many came at once",
    "not_kept:fault": "not kept, by a fault of ours",
}


def refusals(counters: Mapping[str, int]) -> list[tuple[int, str]]:
    """How many deliveries were not taken, for each cause there was; one of another version stands as it is counted."""
    told = [(number, REFUSED.get(name, name)) for name, number in counters.items() if _is_refusal(name) and number]
    return sorted(told, key=lambda one: -one[0])


def workers(found: Mapping[str, Any]) -> str:
    """How many there are, what rules they run, and where ACT holds these."""
    if not found["ready"]:
        return "none seen lately: nothing is decided until one runs"
    digests = found["rules"]
    same = f"rules {digests[0]}" if len(digests) == 1 else f"different rules, as in a deploy: {', '.join(digests)}"
    brake = f", ACT is {' or '.join(found['acts'])}" if found["acts"] else ""
    return f"{found['workers']}, {same}{brake}"


def memory(redis: Mapping[str, int]) -> str:
    """What Redis uses, of what it may."""
    most = f" of {redis['max_bytes'] / MEGABYTE:.0f}" if redis["max_bytes"] else ""
    return f"{redis['used_bytes'] / MEGABYTE:.1f}{most} MB"


def since(epoch: str | None) -> str:
    """Since when Redis has kept everything."""
    return moment(int(epoch.partition(" ")[2]) / 1000) if epoch else "no worker has begun yet"


def _is_refusal(name: str) -> bool:
    return name in REFUSED or name.startswith(("refused:", "not_kept:"))
