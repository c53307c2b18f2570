"""A transport on which every connect, write and read ends by one deadline, however slowly the bytes drip.

Time-outs of HTTP clients count from one byte to the next, so that a server which sends a byte now and then,
in headers or in a body, holds a call for ever. Here the time left bounds each operation on the socket. The one
thing without a bound is the look-up of a name; what comes too late from it is given up before anything is sent.
"""

import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from ssl import SSLContext
from typing import Any

import httpcore2
import httpx2

from heroku.deadlines import bounded


class BoundedTransport(httpx2.BaseTransport):
    """HTTP/1.1 with kept connections, as the client's own, under the deadline of `within`.

    The environment's proxies are not looked at. Servers are verified by the system's certificates, unless
    `ssl_context` says otherwise. `check` is called with the numeric address of each connection before it is made;
    what it raises stops the request and reaches the caller.
    """

    def __init__(
        self,
        *,
        most_connections: int,
        idle_seconds: float,
        ssl_context: SSLContext | None = None,
        check: Callable[[str], None] | None = None,
    ) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context,
            max_connections=most_connections,
            keepalive_expiry=idle_seconds,
            network_backend=_Backend(check),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request; the answer's body is still to be read."""
        url = request.url
        target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        with _translated():
            response = self._pool.handle_request(
                httpcore2.Request(
                    request.method,
                    target,
                    headers=request.headers.raw,
                    content=request.read(),
                    extensions=request.extensions,
                )
            )
        return httpx2.Response(response.status, headers=response.headers, stream=_Body(response))

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class _Body(httpx2.SyncByteStream):
    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _translated():
            yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class _Backend(httpcore2.SyncBackend):
    def __init__(self, check: Callable[[str], None] | None) -> None:
        self._check = check

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        # Address by address, as one call for all would give each of them the whole time.
        failed: Exception = httpcore2.ConnectError(f"{host} has no address")
        for address in _addresses(host, port):
            if self._check:
                self._check(address)
            bound = bounded(timeout, httpcore2.ConnectTimeout)
            try:
                return _Stream(super().connect_tcp(address, port, bound, local_address, socket_options))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
        raise failed


class _Stream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, bounded(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, bounded(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        bound = bounded(timeout, httpcore2.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, bound))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:  # the second for a name that no resolver could be asked for
        raise httpcore2.ConnectError(str(error)) from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        kind: type[httpx2.TransportError] = getattr(httpx2, type(error).__name__)  # the two share their names
        raise kind(str(error)) from error
