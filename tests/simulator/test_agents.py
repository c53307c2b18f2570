"""The simulator's agents endpoint, by the service's own client: whole, slow, cut, with an error, and many at once."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from heroku import errors
from heroku.inference.asking import Message, Request
from heroku.inference.client import Cut, Inference
from heroku.inference.hearing import Transcript
from toolbelt.simulator.agents import Reply, Said
from toolbelt.simulator.app import create_app
from toolbelt.simulator.faults import Fault, Kind
from toolbelt.simulator.remote import Remote
from toolbelt.simulator.serving import served
from toolbelt.simulator.simulator import Simulator

QUESTION = Request(model="a-model", messages=[Message(role="user", content="How is it?")])
TOLD = [Said(text="Looking.", call="dyno_run_command"), Said(result="ok", call="dyno_run_command"), Said(text="Fine.")]


@pytest.fixture(scope="module")
def remote() -> Iterator[Remote]:
    simulator = Simulator(datetime.now(UTC))
    with served(create_app(simulator)) as address, Remote(address) as remote:
        yield remote


async def heard(inference: Inference, seconds: float = 10.0) -> tuple[Transcript, Exception | None]:
    transcript = Transcript()
    try:
        async with asyncio.timeout(seconds):
            async for turn in inference.ask(QUESTION):
                transcript.add(turn)
    except (errors.HerokuError, TimeoutError) as error:
        return transcript, error
    return transcript, None


def ask(
    remote: Remote, *, times: int = 1, seconds: float = 10.0, key: str = "inf-key"
) -> list[tuple[Transcript, Exception | None]]:
    async def asked() -> list[tuple[Transcript, Exception | None]]:
        inference = Inference(key, base_url=remote.base_url)
        try:
            return await asyncio.gather(*(heard(inference, seconds) for _ in range(times)))
        finally:
            await inference.close()

    return asyncio.run(asked())


def test_an_answer_is_heard_whole(remote: Remote) -> None:
    remote.order_replies(Reply(says=TOLD, heartbeats=3))
    [(transcript, error)] = ask(remote)

    assert error is None
    assert [part.kind for part in transcript.parts] == ["text", "call", "result", "text"]
    assert (transcript.answer, transcript.usage.total) == ("Fine.", 80)
    assert remote.asked()[-1] == QUESTION.to_json()


@pytest.mark.parametrize(("ends", "says"), [("cut", "before it was done"), ("error", "the model is overloaded")])
def test_what_had_come_is_kept_if_it_ends_badly(remote: Remote, ends: str, says: str) -> None:
    remote.order_replies(Reply.model_validate({"says": [said.model_dump() for said in TOLD], "ends": ends}))
    [(transcript, error)] = ask(remote)

    assert isinstance(error, Cut)
    assert says in str(error)
    assert [part.kind for part in transcript.parts][:3] == ["text", "call", "result"]


def test_heartbeats_alone_do_not_hold_whoever_has_a_deadline(remote: Remote) -> None:
    remote.order_replies(Reply(says=TOLD[:1], ends="never"))
    [(transcript, error)] = ask(remote, seconds=0.5)

    assert isinstance(error, TimeoutError)
    assert transcript.calls == 1


def test_another_key_is_refused(remote: Remote) -> None:
    [(_, error)] = ask(remote, key="HRKU-a-platform-token")

    assert isinstance(error, errors.Unauthorized)


def test_the_faults_of_the_api_spoil_it_too(remote: Remote) -> None:
    remote.order_faults(Fault(kind=Kind.STATUS, status=429, path="/v1/agents/*"))
    [(_, error)] = ask(remote)

    assert isinstance(error, errors.Unavailable)


def test_fifty_streams_at_once_share_one_thread(remote: Remote) -> None:
    remote.order_replies(*[Reply(says=TOLD, seconds=0.2, heartbeats=2)] * 50)
    came = ask(remote, times=50, seconds=60)

    assert [error for _, error in came if error] == []
    assert {transcript.answer for transcript, _ in came} == {"Fine."}
