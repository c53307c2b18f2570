"""The account: who, how many calls are left, what the token may do, and what acts for the account.

https://devcenter.heroku.com/articles/platform-api-reference#account
"""

from collections.abc import Iterator, Sequence

from heroku.caller import Caller, given
from heroku.errors import Forbidden
from heroku.models import Account, Authorization, NewAuthorization, RateLimits


class Accounts(Caller):
    """What can be done with the account of the token."""

    def account(self) -> Account:
        """Whose token it is."""
        return self._one(Account, "get_account")

    def rate_limits(self) -> RateLimits:
        """How many calls are left; asking costs none."""
        return self._one(RateLimits, "get_rate_limits")

    def scopes(self) -> frozenset[str]:
        """The scopes of the token, for `scopes.missing`; asking costs none. Empty if Heroku does not say.

        They may be too small even for that question: then its refusal is the answer.
        """
        try:
            return self.call("get_rate_limits").scopes
        except Forbidden as error:
            if not error.scopes:
                raise
            return error.scopes

    def authorizations(self) -> Iterator[Authorization]:
        """What may act for the account."""
        return self._each(Authorization, "list_authorizations")

    def authorization(self, authorization: str) -> Authorization:
        """One authorization, by id."""
        return self._one(Authorization, "get_authorization", authorization=authorization)

    def create_authorization(
        self,
        *,
        scope: Sequence[str],
        description: str | None = None,
        expires_in: int | None = None,
        client: str | None = None,
    ) -> NewAuthorization:
        """A new token with these scopes, good for `expires_in` seconds or for ever."""
        chosen = given(description=description, expires_in=expires_in, client=client)
        return self._one(NewAuthorization, "create_authorization", scope=list(scope), **chosen)

    def delete_authorization(self, authorization: str) -> Authorization:
        """Take an authorization back, by id; its tokens end at once."""
        return self._one(Authorization, "delete_authorization", authorization=authorization)
