"""Who is signed in: a signed cookie with a name, a time, and the token that each of our forms carries."""

import hmac
import secrets
import time
from collections.abc import Mapping
from typing import Any, Literal

from starlette.exceptions import HTTPException
from starlette.requests import Request

LASTS_SECONDS = 12 * 3600  # from signing in on: a shift
LONGEST_SAID = 600  # characters: a cookie holds 4 kB
FIELDS = 20
FIELD_BYTES = 8_000

Kind = Literal["done", "not done"]


class Session:
    """`kept` is what stands in the cookie: signed and not sealed, so nothing secret but the token."""

    def __init__(self, kept: dict[str, Any]) -> None:
        self._kept = kept

    @property
    def by(self) -> str:
        """The name that the person gave; empty if nobody is signed in."""
        fresh = 0 <= time.time() - float(self._kept.get("at", 0)) < LASTS_SECONDS
        return str(self._kept.get("by", "")) if fresh else ""

    @property
    def token(self) -> str:
        """What our forms carry, so that no other site's form is taken for ours."""
        if "token" not in self._kept:
            self._kept["token"] = secrets.token_urlsafe(24)
        return str(self._kept["token"])

    def begin(self, by: str) -> None:
        """Somebody has shown the password."""
        self._kept.clear()
        self._kept.update(by=by, at=int(time.time()))

    def end(self) -> None:
        """Nobody is signed in any more."""
        self._kept.clear()

    def check(self, fields: Mapping[str, str]) -> None:
        """Raises HTTPException unless the form was drawn for this session."""
        if not hmac.compare_digest(fields.get("token", "").encode(), self.token.encode()):
            raise HTTPException(
                403, "This form is too old, or not from here. Go back, and load the page anew."
            )

    def say(self, kind: Kind, sentence: str) -> None:
        """For the next page that is shown."""
        self._kept["said"] = [kind, sentence[:LONGEST_SAID]]

    def take_said(self) -> tuple[Kind, str] | None:
        """What was left to be told, once."""
        said = self._kept.pop("said", None)
        return (said[0], said[1]) if said else None


def of(request: Request) -> Session:
    """The request's."""
    return Session(request.session)


async def form(request: Request) -> dict[str, str]:
    """The fields that were sent; what is no text is left out."""
    async with request.form(max_files=0, max_fields=FIELDS, max_part_size=FIELD_BYTES) as sent:
        return {name: value for name, value in sent.items() if isinstance(value, str)}
