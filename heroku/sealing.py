"""Text that lies where others may read it, sealed under a secret that lies elsewhere."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"heroku access token"


class Seal:
    """Closes and opens with a key made from `secret`, which must be too long to be guessed.

    Whoever has the secret can open what another closed; with another secret it is as if nothing were there.
    """

    def __init__(self, secret: str) -> None:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
        self._fernet = Fernet(urlsafe_b64encode(key))

    def close(self, text: str) -> bytes:
        """The text, unreadable and not to be changed unseen; other bytes each time."""
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str | None:
        """The text; None if it was sealed under another secret, or is no seal at all."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return None

    def __repr__(self) -> str:
        return "<Seal>"
