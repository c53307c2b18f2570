"""The account behind the token: who it is, what its pool holds, and what it has authorised.

https://devcenter.heroku.com/articles/platform-api-reference#account
"""

from pydantic import SecretStr, StrictBool, StrictInt, StrictStr

from heroku.models.base import Maybe, Named, Time, Value, Word, Words


class Account(Value):
    """Whose token it is."""

    id: StrictStr
    email: Maybe[StrictStr] = None
    name: Maybe[StrictStr] = None
    verified: Maybe[StrictBool] = None
    two_factor_authentication: Maybe[StrictBool] = None
    suspended_at: Time = None
    delinquent_at: Time = None
    created_at: Time = None
    updated_at: Time = None


class RateLimits(Value):
    """How many calls the account's pool holds now; it fills by 75 a minute up to 4,500."""

    remaining: StrictInt


class Authorization(Value):
    """Something that may act for the account, as far as its scopes go. Its tokens are not kept."""

    id: StrictStr
    description: Word = ""
    scope: Words = ()
    client: Maybe[Named] = None
    created_at: Time = None
    updated_at: Time = None


class AccessToken(Value):
    """A token, good for `expires_in` seconds, or for ever where that is None."""

    token: SecretStr
    expires_in: Maybe[StrictInt] = None


class NewAuthorization(Authorization):
    """An authorization that was just made, with the token that it was made for."""

    access_token: AccessToken
