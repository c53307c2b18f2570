"""Tokens: what each may do, whose it is, and how it comes about, is refreshed and is revoked.

https://devcenter.heroku.com/articles/oauth
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from toolbelt.simulator.errors import invalid, not_found, unauthorized
from toolbelt.simulator.users import User

SCOPES = ("global", "identity", "read", "write", "read-protected", "write-protected")
ACCESS_LASTS = 28_799  # seconds, of a token that can be refreshed
CODE_LASTS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Client:
    """A program that people let act for them."""

    id: str
    name: str
    redirect_uri: str
    secret: str = field(repr=False)


@dataclass(slots=True)
class Token:
    """One token; without an end it lasts until its authorization is revoked."""

    id: str
    text: str = field(repr=False)
    ends_at: datetime | None = None


@dataclass(slots=True)
class Authorization:
    """What somebody allowed: the scopes, the tokens issued for it (the newest last), a refresh token for clients."""

    id: str
    user: User
    scope: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    description: str = ""
    client: Client | None = None
    access: list[Token] = field(default_factory=list)
    refresh: Token | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """What the browser brings back to a client, good for one exchange."""

    client: Client
    user: User
    scope: tuple[str, ...]
    ends_at: datetime


@dataclass(slots=True)
class Tokens:
    """All of them, and the clients and codes that lead to them."""

    authorizations: dict[str, Authorization] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict, repr=False)
    revoked: set[str] = field(default_factory=set, repr=False)

    def holder(self, text: str, now: datetime) -> Authorization | None:
        """Whose token this is; None when it was not issued here. Refused with 401 when its time is over."""
        if text in self.revoked:
            raise unauthorized("Invalid credentials provided.")
        for authorization in self.authorizations.values():
            for token in authorization.access:
                if token.text == text:
                    if token.ends_at is not None and token.ends_at <= now:
                        raise unauthorized("The access token expired.")
                    return authorization
        return None

    def refreshed_by(self, text: str) -> Authorization | None:
        held = (each for each in self.authorizations.values() if each.refresh is not None)
        return next((each for each in held if each.refresh and each.refresh.text == text), None)

    def revoke(self, authorization: Authorization) -> None:
        """None of its tokens is good for anything from now on."""
        del self.authorizations[authorization.id]
        self.revoked.update(token.text for token in authorization.access)

    def of(self, user: User) -> list[Authorization]:
        return [each for each in self.authorizations.values() if each.user == user]

    def one_of(self, user: User, id: str) -> Authorization:
        found = self.authorizations.get(id)
        if found is None or found.user != user:
            raise not_found("authorization")
        return found


def checked_scope(scope: Sequence[object]) -> tuple[str, ...]:
    """The scopes, if they all exist."""
    wrong = [str(each) for each in scope if each not in SCOPES]
    if wrong or not scope:
        raise invalid(f"Scope must be some of {', '.join(SCOPES)}, not {', '.join(wrong) or 'nothing'}.")
    return tuple(str(each) for each in scope)
