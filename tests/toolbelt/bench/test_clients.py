"""What our client is measured against answers as Heroku would."""

import asyncio

import httpx2

from heroku.access import Grant
from heroku.client import Heroku
from toolbelt.bench.answering import ANSWER, Connection
from toolbelt.bench.clients import CALLS, ROUNDS
from toolbelt.bench.measures import MEASURES


class Written(asyncio.Transport):
    """Keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.said = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.said += bytes(data)


def test_each_request_is_answered_once_however_its_bytes_arrive() -> None:
    connection, transport = Connection(), Written()
    connection.connection_made(transport)
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    for chunk in (request[:9], request[9:], request + request[:-1]):
        connection.data_received(chunk)
    assert transport.said == ANSWER * 2


def test_the_answer_is_one_that_our_client_reads() -> None:
    head, _, body = ANSWER.partition(b"\r\n\r\n")
    headers = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
    reply = httpx2.Response(200, headers=headers, content=body)
    with Heroku("HRKU-x", transport=httpx2.MockTransport(lambda _: reply), grant=Grant.everything("a test")) as heroku:
        assert heroku.release("acme-web", 42).version == 42


def test_the_measure_is_one_of_those_that_can_be_asked_for() -> None:
    assert "clients" in MEASURES
    assert CALLS % ROUNDS == 0
