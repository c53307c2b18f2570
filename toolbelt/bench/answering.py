"""The smallest server that a client can be measured against: one answer, always the same, at once.

Run as `python -m toolbelt.bench.answering PORT`; loopback only.
"""

import asyncio
import json
import sys
from typing import cast

import uvloop

from heroku.samples import sample

BODY = json.dumps(sample("release_update_succeeded")["data"]).encode()
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=utf-8\r\nRequest-Id: 7be4f7a0\r\n"
    b'RateLimit-Remaining: 4499\r\nETag: "1"\r\nOauth-Scope: global\r\nContent-Length: %d\r\n\r\n%s' % (len(BODY), BODY)
)


class Connection(asyncio.Protocol):
    """Answers each request that has no body."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but its ancestry
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        *requests, self._buffer = (self._buffer + data).split(b"\r\n\r\n")
        self._transport.write(ANSWER * len(requests))


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
