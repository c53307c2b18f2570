"""Signing what we send, the Standard Webhooks way. https://www.standardwebhooks.com"""

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode

PREFIX = "whsec_"
SHORTEST, LONGEST = 16, 128  # bytes of a secret; 24 to 64 are what the standard asks for


class BadSecret(Exception):
    """The text is no secret of that kind; it is not repeated in the message."""


def headers(body: bytes, *, id: str, at: int, secrets: str) -> dict[str, str]:
    """The three headers by which the receiver knows that the body is ours, and new; `at` in seconds since 1970.

    `secrets` are one or, while one takes the place of another, several with commas between. Raises BadSecret.
    """
    signed = f"{id}.{at}.".encode() + body
    made = [hmac.new(_key(secret), signed, hashlib.sha256).digest() for secret in secrets.split(",")]
    signature = " ".join(f"v1,{b64encode(each).decode()}" for each in made)
    return {"webhook-id": id, "webhook-timestamp": str(at), "webhook-signature": signature}


def _key(secret: str) -> bytes:
    try:
        key = b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise BadSecret(f"it must be {PREFIX} and base64 behind it") from None
    if not SHORTEST <= len(key) <= LONGEST:
        raise BadSecret(f"it must stand for {SHORTEST} to {LONGEST} bytes")
    return key
