"""Who we are to Heroku's API: a token, or what can get one."""

from typing import Protocol


class Credentials(Protocol):
    """Gives the token for a call. Both ways may go over the network, and raise `CallFailed` if that fails."""

    def token(self) -> str:
        """The token for the next call."""

    def instead_of(self, refused: str) -> str | None:
        """Another token than the one that Heroku just refused; None if there is none to be had."""


class PlainToken:
    """One token, for as long as it is good."""

    def __init__(self, token: str) -> None:
        check_token(token)
        self._token = token

    def token(self) -> str:
        """The token."""
        return self._token

    def instead_of(self, refused: str) -> str | None:  # noqa: ARG002  (as the protocol has it)
        """None: there is only the one."""
        return None

    def __repr__(self) -> str:
        return "<PlainToken>"


def check_token(token: str) -> None:
    """Raise `ValueError` for what no header can hold."""
    # Said without the token: a header that cannot be sent would be quoted in the error of the one who tried.
    if not token or not token.isascii() or any(character <= " " or character == "\x7f" for character in token):
        raise ValueError("the token must be ASCII, without spaces, and not empty")
