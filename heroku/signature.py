"""The signature on a delivery: base64 of HMAC-SHA256 over the raw body, keyed with the subscription's secret.

https://devcenter.heroku.com/articles/app-webhooks#securing-webhook-requests
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from typing import Protocol

HEADER = "Heroku-Webhook-Hmac-SHA256"


def sign(secret: str, body: bytes) -> str:
    """The header's value for this body, as Heroku would send it."""
    mac = hmac.new(_key(secret), body, "sha256")
    return b64encode(mac.digest()).decode("ascii")


class _Mac(Protocol):
    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


class Check:
    """One body being checked while it arrives: any number of `update`, then `fits`."""

    __slots__ = ("_macs",)

    def __init__(self, macs: Sequence[_Mac]) -> None:
        self._macs = macs

    def update(self, chunk: bytes) -> None:
        """Take the next part of the raw body."""
        for mac in self._macs:
            mac.update(chunk)

    def fits(self, signature: bytes) -> bool:
        """Whether any secret gives exactly this signature; takes any bytes, never raises.

        Every secret is always tried and compared in constant time, so neither the place of a wrong
        character nor which secret fitted can be learnt from how long the answer took.
        """
        fits = False
        for mac in self._macs:
            fits |= hmac.compare_digest(b64encode(mac.digest()), signature)
        return fits


class Verifier:
    """Holds the secrets of all subscriptions; a delivery is Heroku's if it fits one of them.

    Several secrets, because each subscription has its own and replacing one has no overlap on Heroku's side:
    retries under way may still carry the old signature.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets or any(not secret.strip() for secret in secrets):
            raise ValueError("a verifier needs at least one secret, and none may be blank")
        self._keyed = [hmac.new(_key(secret), digestmod="sha256") for secret in dict.fromkeys(secrets)]

    def begin(self) -> Check:
        """A check for one body."""
        return Check([keyed.copy() for keyed in self._keyed])

    def __repr__(self) -> str:
        return f"<Verifier with {len(self._keyed)} secrets>"


def _key(secret: str) -> bytes:
    # The secret's text as it is: it often looks like hex, and is never decoded. Environment variables that
    # are not UTF-8 reach Python as escaped surrogates, which go back to the bytes they stood for.
    return secret.encode("utf-8", "surrogateescape")
