"""However often and in whatever order an event is told, what it calls for is done once: through a real worker."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from core.runs import Run
from core.sightings import KeptEvent
from heroku.samples import encode
from heroku.signature import HEADER, sign
from tests.harness import events
from tests.harness.judging import changes, judge
from tests.harness.stage import Stage
from tests.harness.workload import Workload
from tests.once.conftest import SECOND_SECRET
from toolbelt.simulator.views import AppView

SECOND = timedelta(seconds=1)


def test_a_delivery_repeated_five_times_acts_once(stage: Stage) -> None:
    app = stage.add_app()
    crash = events.crash(app)
    answers = [stage.sender.post(crash) for _ in range(5)]
    assert [answer.json()["status"] for answer in answers if answer] == ["accepted", *["duplicate"] * 4]
    assert [answer.status_code for answer in answers if answer] == [202] * 5
    rolled_back_once(stage, app)


def test_a_repeat_that_comes_after_all_is_done_starts_nothing(stage: Stage) -> None:
    app = stage.add_app()
    crash = events.crash(app)
    stage.sender.post(crash)
    rolled_back_once(stage, app)
    stage.sender.post(crash)
    assert stage.sender.answers[crash["id"]] == ["accepted", "duplicate"]
    rolled_back_once(stage, app)
    assert decision(stage, crash["id"])[1] == "planned"  # and there is no second decision


def test_an_event_by_two_subscriptions_acts_once(stage: Stage) -> None:
    """The fake Heroku tells both of the same events, to each with a secret, a delivery and attempts of its own."""
    app = stage.add_app(web_dynos=1)
    stage.subscribe(secret=SECOND_SECRET, app=app.name)
    stage.heroku.crash(app.name)
    rolled_back_once(stage, app)
    subscriptions = told_of_crash(stage, app)
    assert len(subscriptions) == len(set(subscriptions)) == 2


@pytest.mark.parametrize("copies", [pytest.param(2, id="twice"), pytest.param(4, id="as in a Private Space")])
def test_the_same_content_under_other_ids_acts_once(stage: Stage, copies: int) -> None:
    app = stage.add_app(name=f"echo-{uuid4().hex[:8]}")
    at = datetime.now(UTC)
    told = [events.gone_live(app, at=at) for _ in range(copies)]
    for document in told:
        stage.sender.post(document)
    rolled_back_once(stage, app)
    first, *others = [decision(stage, document["id"]) for document in told]
    assert first[1] == "planned"
    assert [other[1:] for other in others] == [["repeat", told[0]["id"]]] * (copies - 1)


def test_two_crashes_told_in_the_wrong_order_still_count_as_two(stage: Stage) -> None:
    app = stage.add_app()
    now = datetime.now(UTC)
    later, earlier = (events.crash(app, kind="clock", at=at) for at in (now, now - 30 * SECOND))
    stage.sender.post(later)
    stage.until(lambda: decided(stage, later["id"]), what="the later crash to be decided")
    assert decision(stage, later["id"])[1] == "window"
    stage.sender.post(earlier)
    rolled_back_once(stage, app)


def test_a_story_told_backwards_acts_once(stage: Stage) -> None:
    """Its dyno crashed, it is live, it succeeded, it is pending: each arrives before what led to it."""
    app = stage.add_app()
    now = datetime.now(UTC)
    live, pending = (events.gone_live(app, at=now - seconds * SECOND) for seconds in (5, 9))
    pending["action"], pending["data"]["status"], pending["data"]["current"] = "create", "pending", False
    for document in (events.crash(app, at=now), live, pending):
        stage.sender.post(document)
    rolled_back_once(stage, app)


def test_deliveries_that_come_at_the_same_moment_act_once(stage: Stage) -> None:
    """Many events, many copies of each, over many connections, to two web processes."""
    apps = [stage.add_app() for _ in range(6)]
    crashes = [events.crash(app) for app in apps]
    copies = [crash for crash in crashes for _ in range(8)]
    random.Random(7).shuffle(copies)
    together = threading.Barrier(len(copies))

    def post(document: events.Document) -> None:
        together.wait(30)
        stage.sender.post(document)

    with ThreadPoolExecutor(len(copies)) as pool:
        list(pool.map(post, copies))
    told = [sorted(stage.sender.answers[crash["id"]]) for crash in crashes]
    assert told == [["accepted", *["duplicate"] * 7]] * len(crashes)
    for app in apps:
        rolled_back_once(stage, app)


def test_what_our_own_rollback_causes_starts_nothing(stage: Stage) -> None:
    """A rule that acts on whatever goes live would go on for ever, if our own release counted."""
    app = stage.add_app(name=f"echo-{uuid4().hex[:8]}", release_phase=True)
    stage.sender.post(events.gone_live(app))
    rolled_back_once(stage, app)
    made = stage.heroku.app(app.id).newest
    come_back = [
        delivery.event_id
        for delivery in stage.heroku.deliveries("api:release")
        if (event := kept(stage, delivery.event_id)).kept and made.id.encode() in event.kept.body
    ]
    assert len(come_back) == 3  # pending, succeeded, live
    assert [decision(stage, id)[1] for id in come_back if decision(stage, id)] == ["own effect"]


def test_an_altered_body_under_a_good_signature_is_not_believed(stage: Stage) -> None:
    app = stage.add_app()
    harmless = events.quiet(0, app)
    body = encode(harmless)
    signature = sign(stage.sender.secret, body)
    assert status(stage, body, signature, id=harmless["id"]) == 202
    assert status(stage, encode(events.crash(app)), signature) == 401
    assert status(stage, body.replace(b"{", b"{ ", 1), signature) == 401
    stage.settle()
    assert not changes_of(stage, app)


def test_bytes_are_signed_and_not_what_they_mean(stage: Stage) -> None:
    """Heroku may space, order and escape its JSON as it likes: the signature is over the bytes."""
    app = stage.add_app()
    crash = events.crash(app)
    body = encode(crash).replace(b'":', b'" :  ').replace(b"acme", b"\\u0061cme") + b"\n"
    assert status(stage, body, sign(stage.sender.secret, body), id=crash["id"]) == 202
    rolled_back_once(stage, app)


def test_in_the_end_nothing_else_was_done_and_no_secret_was_told(stage: Stage) -> None:
    """The checker of the fault campaigns finds nothing where nothing failed, over all that these tests sent."""
    for app in [stage.add_app() for _ in range(3)]:
        stage.sender.post(events.crash(app))
    stage.settle()
    rolled_back = [app for app in stage.heroku.state().apps if app.newest.description.startswith("Rollback to")]
    judge(stage, Workload(effects=rolled_back))


def rolled_back_once(stage: Stage, app: AppView) -> None:
    """Everything settles; then the app runs what ran before, by one call."""
    stage.settle()
    assert len(changes_of(stage, app)) == 1
    now = stage.heroku.app(app.id)
    assert now.newest.current
    assert now.newest.description == f"Rollback to v{app.newest.version - 1}"


def changes_of(stage: Stage, app: AppView) -> list[str]:
    return [call.path for call in changes(stage) if call.path.split("/")[2] == app.id]


def told_of_crash(stage: Stage, app: AppView) -> list[str]:
    """The subscriptions that told of the crash and were acknowledged."""
    [run] = runs_of(stage, app)
    return [
        delivery.subscription_id
        for delivery in stage.heroku.deliveries("dyno")
        if delivery.event_id == run.event_id and delivery.status == "succeeded"
    ]


def runs_of(stage: Stage, app: AppView) -> list[Run]:
    return [run for run in stage.hands.runs(most=1_000) if run.app == app.id]


def kept(stage: Stage, id: str) -> KeptEvent:
    return stage.hands.event(id)


def decided(stage: Stage, id: str) -> bool:
    return kept(stage, id).state == "decided"


def decision(stage: Stage, id: str) -> list[str]:
    """What came of the first rule that matched the event, empty if none did."""
    event = kept(stage, id).kept
    assert event is not None
    [only] = event.decisions
    gates: list[list[str]] = only.get("g", [])
    return gates[0] if gates else []


def status(stage: Stage, body: bytes, signature: str, *, id: str = "") -> int | None:
    answer = stage.sender.post_bytes(body, {HEADER: signature}, id=id)
    return answer.status_code if answer else None
