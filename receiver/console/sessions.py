"""Who is signed in: a signed cookie with a name, a time, and the token that each of our forms carries."""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import SecretStr
from starlette.exceptions import HTTPException
from starlette.requests import Request

from core import layout

COOKIE = "dynohook"
AHEAD_SECONDS = 60  # that the clock of another process may be before ours
SAID_BYTES = 1_200  # of JSON: browsers drop a cookie of more than 4 kB, and with it what was to be told

Kind = Literal["done", "not done"]


class Session:
    """`kept` is what stands in the cookie: signed and not sealed, so nothing secret but the token."""

    def __init__(self, kept: dict[str, Any]) -> None:
        self._kept = kept

    @property
    def by(self) -> str:
        """The name that the person gave; empty if nobody is signed in."""
        fresh = -AHEAD_SECONDS <= time.time() - float(self._kept.get("at", 0)) < layout.SIGNED_IN_SECONDS
        return str(self._kept.get("by", "")) if fresh else ""

    @property
    def token(self) -> str:
        """What our forms carry, so that no other site's form is taken for ours; another for each session."""
        if "token" not in self._kept:
            self._kept["token"] = secrets.token_hex(24)
        return str(self._kept["token"])

    def begin(self, by: str) -> None:
        """Somebody has shown the password. The token is new at once, so that pages opened together have the same."""
        self._kept.clear()
        self._kept.update(by=by, at=int(time.time()), token=secrets.token_hex(24))

    def end(self) -> None:
        """Nobody is signed in any more, as far as this browser goes."""
        self._kept.clear()

    def drew(self, fields: Mapping[str, str]) -> bool:
        """Whether the form was drawn for this session."""
        return hmac.compare_digest(fields.get("token", "").encode(), self.token.encode())

    def check(self, fields: Mapping[str, str]) -> None:
        """Raises HTTPException unless the form was drawn for this session."""
        if not self.drew(fields):
            raise HTTPException(403, "This form is too old, or not from here. Go back, and load the page anew.")

    def say(self, kind: Kind, sentence: str) -> None:
        """For the next page that is shown."""
        self._kept["said"] = [kind, _fitting(sentence)]

    @property
    def said(self) -> tuple[Kind, str] | None:
        """What was left to be told."""
        said = self._kept.get("said")
        return (said[0], said[1]) if said else None

    def told(self) -> None:
        """A page has shown what was said; it is not shown again."""
        self._kept.pop("said", None)


def of(request: Request) -> Session:
    """The request's."""
    return Session(request.session)


def key(password: SecretStr) -> str:
    """What cookies are signed with: another password ends every session, and no process has to tell another."""
    text = password.get_secret_value().encode("utf-8", "surrogateescape")
    return hmac.new(text, b"dynohook console cookies, 1", hashlib.sha256).hexdigest()


def _fitting(sentence: str) -> str:
    """As much of it as the cookie holds."""
    while len(json.dumps(sentence)) > SAID_BYTES:
        sentence = f"{sentence[: len(sentence) * 9 // 10]}…"
    return sentence
