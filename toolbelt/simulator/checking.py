"""Looks at the head of a request before anything else: who asks, in which version, and whether they may."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from toolbelt.simulator.accounts import Account
from toolbelt.simulator.errors import Refused, bad_request, unauthorized
from toolbelt.simulator.world import World

MEDIA_TYPE = "application/vnd.heroku+json"
VERSIONS = {"version=3", "version=3.webhooks"}
SECOND_FACTOR = "Heroku-Two-Factor-Code"


@dataclass(frozen=True, slots=True)
class Caller:
    """An account, by one of its tokens, and what that token may do."""

    account: Account
    scope: tuple[str, ...]


def caller(world: World, headers: Mapping[str, str], tokens: Collection[str], now: datetime) -> Caller:
    """Who the token belongs to; one that was not issued here is good for everything, if `tokens` allows it."""
    scheme, _, text = headers.get("Authorization", "").partition(" ")
    text = text.strip()
    if scheme.lower() != "bearer" or not text:
        raise unauthorized("There were no credentials in your `Authorization` header.")
    holder = world.tokens.holder(text, now)
    if holder is not None:
        return Caller(world.standing(holder.user), holder.scope)
    if tokens and text not in tokens:
        raise unauthorized("Invalid credentials provided.")
    return Caller(world.standing(world.account), ("global",))


def check_version(headers: Mapping[str, str]) -> None:
    """Heroku's media type with a version that there is, and a User-Agent."""
    media_type, _, version = headers.get("Accept", "").partition(";")
    if media_type.strip() != MEDIA_TYPE or not version.strip():
        raise Refused(400, "missing_version", "Please specify a version along with Heroku's API MIME type.")
    if version.strip() not in VERSIONS:
        raise Refused(406, "not_acceptable", f"There is no {version.strip()} of Heroku's API.")
    if not headers.get("User-Agent"):
        raise bad_request("Please send a User-Agent header.")


def check_account(account: Account, headers: Mapping[str, str]) -> None:
    """Whether the account may call at all."""
    if account.suspended_at is not None:
        raise Refused(403, "suspended", "Your account has been suspended.", "https://help.heroku.com")
    if account.two_factor_required and not headers.get(SECOND_FACTOR):
        raise Refused(403, "two_factor", "A second authentication factor is required for this request.")


def check_paid(account: Account, method: str) -> None:
    """Who owes money can still look, and change nothing."""
    if account.delinquent_at is not None and method != "GET":
        raise Refused(402, "delinquent", "Please pay your outstanding balance.", "https://dashboard.heroku.com/account")
