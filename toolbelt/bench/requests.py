"""Signed deliveries ready to be sent: whole HTTP requests as bytes, each with an id of its own."""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

from heroku.samples import encode, sample
from heroku.signature import HEADER, sign
from receiver.deliveries import PATH

BODY_BYTES = 2_000
_EVENT = "00000000-0000-4000-8000-00000000e7e7"
_APP = "00000000-0000-4000-8000-00000000a990"


def body_template(name: str) -> bytes:
    """A sample's body of about BODY_BYTES, with text in it that does not compress to nothing."""
    document = sample(name, id=_EVENT, at=datetime.now(UTC))
    document["data"]["app"] = {"id": _APP, "name": "acme-bench"}
    body = encode(document)
    noise = random.Random(7)
    letters = "".join(noise.choices("abcdefghijklmnopqrstuvwxyz ", k=max(0, BODY_BYTES - len(body) - 20)))
    document["data"]["noise"] = letters
    return encode(document)


def bodies(name: str, *, apps: bool = False) -> Iterator[tuple[str, bytes]]:
    """Endless deliveries of one sample: the event's id and the body. With `apps` each is about another app."""
    template = body_template(name)
    while True:
        id = str(uuid.uuid4())
        body = template.replace(_EVENT.encode(), id.encode())
        if apps:
            body = body.replace(_APP.encode(), id.encode())
        yield id, body


def request(body: bytes, secret: str) -> bytes:
    """The whole request, signed."""
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"{HEADER}: {sign(secret, body)}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
