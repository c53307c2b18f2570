"""What needs a person just now, and what is good to know: each as a sentence, and where to look at it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from core import layout, links
from core.hands import Hands
from core.telling.runs import gist

ASKING = 10  # runs whose questions are shown; of more only their number
NEARLY_FULL = 0.75  # of Redis's memory: then the oldest are let go more slowly than others come


class Need(NamedTuple):
    """`tone` is a class: wrong or asks, empty for what is only good to know. `at` is since when, if that is known."""

    tone: str
    what: str
    sentence: str
    page: str
    link: str
    at: float | None = None


def needs(found: Mapping[str, Any], hands: Hands) -> list[Need]:
    """What is wrong before what asks, before what is only good to know."""
    told = [*_stopped(found), *_asking(found, hands), *_breakers(found, hands), *_good_to_know(found)]
    return sorted(told, key=lambda need: ("wrong", "asks", "").index(need.tone))


def _stopped(found: Mapping[str, Any]) -> Iterator[Need]:
    if not found["ready"]:
        sentence = "None has been seen lately. Deliveries are kept; nothing is decided or done until one runs."
        way_out = "Look at it: heroku ps, heroku logs --dyno worker. Start one: heroku ps:scale worker=1"
        yield Need("wrong", "No worker", sentence, "", way_out)
    if pause := found["paused"]:
        sentence = f"Deliveries are kept, nothing is decided or done. By {pause['by']}: “{pause['why']}”"
        yield Need("asks", "Paused", sentence, f"{links.CONSOLE}/pause", "Resume", pause["at"])
    if found["dead_letters"]:
        number = found["dead_letters"]
        told = "1 was given up; it is" if number == 1 else f"{number} were given up; they are"
        sentence = f"{told} tried again when a person says so."
        yield Need("wrong", "Dead letters", sentence, f"{links.CONSOLE}/dead", "Look at them")
    if (share := _share(found["redis"])) >= NEARLY_FULL:
        yield _full(share)


def _full(share: float) -> Need:
    used = f"{share:.0%} of its memory is used"
    way_out = "A worker that runs makes room by itself, as far as nothing waits. Else take a larger plan"
    if share < layout.FULL_SHARE:
        sentence = f"{used}. From {layout.FULL_SHARE:.0%} on deliveries are answered 503."
        return Need("wrong", "Redis is nearly full", sentence, "", way_out)
    sentence = f"{used}: deliveries are answered 503 until there is room, and Heroku sends them again for three days."
    return Need("wrong", "Redis is full", sentence, "", way_out)


def _asking(found: Mapping[str, Any], hands: Hands) -> Iterator[Need]:
    asking = found["runs_asking"]
    for run in hands.kept_runs(asking[:ASKING]):
        what = f"{run.rule} on {run.app_name}" if run.app_name else run.rule
        yield Need("asks", what, gist(run), links.run(links.CONSOLE, run.id), "Approve or deny", run.planned_at)
    if len(asking) > ASKING:
        page = links.runs(links.CONSOLE, state="needs approval")
        yield Need(
            "asks", "More questions", f"{len(asking) - ASKING} more runs ask for a yes or no.", page, "All of them"
        )


def _breakers(found: Mapping[str, Any], hands: Hands) -> Iterator[Need]:
    """Looked up only if there is one: it takes a walk over all keys."""
    if not found["breakers_open"] and not found["breakers_open_in_shadow"]:
        return
    for breaker in hands.breakers():
        page = links.rule(links.CONSOLE, breaker.rule)
        said = f"It reached its limit of {breaker.max}"
        if breaker.in_shadow:
            sentence = f"{said} in shadow, where it keeps nothing from being done."
            yield Need("", f"Breaker of {breaker.rule}", sentence, page, "Look at it", breaker.opened_at)
        else:
            sentence = f"{said} and does nothing until a person closes its breaker."
            yield Need("asks", f"Breaker of {breaker.rule}", sentence, page, "Look at it", breaker.opened_at)


def _good_to_know(found: Mapping[str, Any]) -> Iterator[Need]:
    if len(found["rules"]) > 1:
        sentence = f"As in a deploy, for a moment: {', '.join(found['rules'])}."
        yield Need("", "Workers run different rules", sentence, "", "")
    for silence in found["silences"]:
        yield Need("", "Silence", f"{silence['sentence']}", f"{links.CONSOLE}/silences", "All silences", silence["at"])


def _share(redis: Mapping[str, int]) -> float:
    return redis["used_bytes"] / redis["max_bytes"] if redis["max_bytes"] else 0.0
