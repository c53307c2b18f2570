"""POST /webhooks/heroku: a delivery is checked, read, kept, and only then acknowledged."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Iterable

import structlog
from starlette.types import Receive, Scope, Send

from core.accepting import Arrival
from heroku.signature import HEADER, Verifier
from receiver.answers import NOT_TAKEN, Answer, taken
from receiver.body import LIMITS, Body, Limits, Reader
from receiver.counting import Tally
from receiver.errors import Gone, NotKept, Refused, place
from receiver.grouping import Kept
from receiver.reading import arrival

PATH = "/webhooks/heroku"
SIGNATURE = HEADER.lower().encode()

Headers = Iterable[tuple[bytes, bytes]]

log = structlog.get_logger(__name__)


class Deliveries:
    """The endpoint, as an ASGI application of its own.

    In this order: declared length, a signature at all, the body, the right signature, the Authorization header,
    what the body says, Redis. `keep` answers once the arrival is safe and raises NotKept otherwise.
    """

    def __init__(
        self,
        verifier: Verifier,
        keep: Callable[[Arrival], Awaitable[Kept]],
        tally: Tally,
        *,
        authorization: bytes | None = None,
        limits: Limits = LIMITS,
    ) -> None:
        self._verifier = verifier
        self._keep = keep
        self._tally = tally
        self._authorization = authorization
        self._limits = limits
        self._reader = Reader(limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: Headers = scope["headers"]
        body = None
        try:
            signature = self._admit(headers)
            check = self._verifier.begin()
            body = await self._reader.read(receive, check.update)
            self._believe(headers, fits=check.fits(signature))
            answer = await self._kept(body)
        except Gone as error:
            self._tally.not_taken(error)
            return
        except (Refused, NotKept) as error:
            answer = self._turn_away(error)
        except Exception as error:  # noqa: BLE001  a bug of ours is a 503 too: Heroku tries again
            answer = self._turn_away(NotKept("fault", why=place(error)))
        try:
            if body is None:
                await answer.send_unread(receive, send, linger_seconds=self._limits.linger_seconds)
            else:
                await answer.send(send)
        except (RuntimeError, OSError):  # so servers tell that nobody is there any more
            self._tally.not_taken(Gone())
            await asyncio.sleep(0)  # until the server knows it too, else it complains of a broken answer

    def _admit(self, headers: Headers) -> bytes:
        """The signature, if the body is worth reading."""
        signatures = []
        for name, value in headers:
            if name == b"content-length" and _number(value) > self._limits.read_bytes:
                raise Refused("too_large")
            if name == SIGNATURE:
                signatures.append(value)
        if len(signatures) > 1:
            raise Refused("repeated_signature")
        if not signatures or not signatures[0]:
            raise Refused("no_signature")
        return signatures[0]

    def _believe(self, headers: Headers, *, fits: bool) -> None:
        """Raises Refused unless Heroku sent it."""
        if not fits:
            raise Refused("wrong_signature")
        if self._authorization is None:
            return
        given = [value for name, value in headers if name == b"authorization"]
        if len(given) != 1 or not hmac.compare_digest(given[0], self._authorization):
            raise Refused("wrong_authorization")

    async def _kept(self, body: Body) -> Answer:
        found = arrival(body)
        kept = await self._keep(found)
        log.debug("delivery kept", status=kept, kind=found.kind, event_id=found.id)
        if found.kind == "unreadable":
            if kept == "accepted":
                self._tally.unreadable(found.reason)
            return taken("unreadable", found.id)
        return taken(kept, found.id)

    def _turn_away(self, error: Refused | NotKept) -> Answer:
        self._tally.not_taken(error)
        return NOT_TAKEN[error.cause]


def _number(value: bytes) -> float:
    """What a header's digits say; the server has seen to it that there is nothing else in them."""
    return float(value) if value.isdigit() else 0
