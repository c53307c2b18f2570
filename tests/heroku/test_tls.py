"""The client over TLS: nothing is sent to a server that cannot show who it is, and the deadline holds here too."""

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from heroku.client import Heroku
from heroku.errors import Unavailable, Unknown
from heroku.transport import BoundedTransport
from tests.heroku.doubles import EVERYTHING, TOKEN, Handler, serving

SHORT = 0.5  # seconds: the whole time of a call in these tests
SLACK = 10.0  # seconds: far more than a loaded machine takes on top, far less than these servers would
OPENSSL = shutil.which("openssl")
REQUEST = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-days",
    "2",
    "-subj",
    "/CN=127.0.0.1",
]

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="there is no openssl here to make a certificate with")


class Pair(NamedTuple):
    """The two ends of TLS on loopback."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """A server with a fresh certificate, and a client that trusts that one only."""
    folder = tmp_path_factory.mktemp("tls")
    files = ["-keyout", "key.pem", "-out", "cert.pem", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([str(OPENSSL), *REQUEST, *files], cwd=folder, check=True, capture_output=True, timeout=30)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return Pair(server, ssl.create_default_context(cafile=folder / "cert.pem"))


@contextmanager
def client(url: str, trusting: ssl.SSLContext | None) -> Iterator[Heroku]:
    transport = BoundedTransport(most_connections=2, idle_seconds=5.0, ssl_context=trusting)
    base_url = url.replace("http:", "https:")
    with Heroku(TOKEN, base_url=base_url, transport=transport, timeout=SHORT, grant=EVERYTHING) as heroku:
        yield heroku


def answer(handler: Handler) -> None:
    handler.reply(201, b'{"id": "r-42", "version": 42}')


def drip(handler: Handler) -> None:
    handler.drip(b"HTTP/1.1 201 Created\r\n" + b"x" * 1000)


def test_a_call_over_tls_is_answered(tls: Pair) -> None:
    with serving(answer, tls=tls.server) as server, client(server.url, tls.client) as heroku:
        assert heroku.rollback("acme-web", release="r-41").version == 42
        assert heroku.release("acme-web", 42).version == 42
    assert len(server.seen) == 2


def test_a_server_that_cannot_show_who_it_is_gets_nothing(tls: Pair) -> None:
    with (
        serving(answer, tls=tls.server) as server,
        client(server.url, None) as heroku,
        pytest.raises(Unavailable, match="no connection"),
    ):
        heroku.rollback("acme-web", release="r-41")
    assert server.seen == []


def test_a_slow_answer_over_tls_ends_in_time(tls: Pair) -> None:
    began = time.monotonic()
    with serving(drip, tls=tls.server) as server, client(server.url, tls.client) as heroku, pytest.raises(Unknown):
        heroku.rollback("acme-web", release="r-41")
    assert time.monotonic() - began < SHORT + SLACK
    assert len(server.seen) == 1


def test_hands_that_are_never_shaken_mean_that_nothing_was_sent(tls: Pair) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        with client(url, tls.client) as heroku, pytest.raises(Unavailable, match="no connection"):
            heroku.rollback("acme-web", release="r-41")
