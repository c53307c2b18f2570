"""A bug of ours neither loses a delivery nor lets what it held into the log."""

import asyncio

from core.accepting import Arrival
from heroku.events import Event
from heroku.signature import Verifier
from receiver.body import Body
from receiver.counting import Tally
from receiver.deliveries import Deliveries
from receiver.grouping import Kept
from receiver.reading import arrival
from tests.receiver.fakes import SECRET, FakeCounters, FakeLog, call, signature

BODY = b'{"id": "event-1", "resource": "app", "data": {"name": "a foreign word"}}'


def test_a_bug_in_keeping_is_a_503_that_tells_its_place_and_quotes_nothing() -> None:
    async def broken(arrival: Arrival) -> Kept:
        raise KeyError(arrival.body.decode())

    async def story() -> None:
        log, counters = FakeLog(), FakeCounters()
        tally = Tally(counters.add, lambda: 0.0, log.warn)
        reply = await call(Deliveries(Verifier([SECRET]), broken, tally), headers=[signature(BODY)], chunks=[BODY])
        await tally.save()
        assert (reply.status, counters.counts) == (503, {"not_kept:fault": 1})
        [(event, fields)] = log.lines
        assert (event, fields["cause"]) == ("delivery not kept", "fault")
        assert str(fields["why"]).startswith("KeyError at test_faults.py:")
        assert "foreign" not in str(fields)

    asyncio.run(story())


def test_a_bug_in_reading_keeps_the_delivery_aside() -> None:
    def broken(body: bytes) -> Event:
        raise KeyError(body.decode())

    found = arrival(Body(BODY), read=broken)
    assert (found.kind, found.body) == ("unreadable", BODY)
    assert "foreign" not in found.reason
