"""What can go wrong between us and Heroku.

HerokuError
├── BadSignature           nothing shows that Heroku sent this: refuse it
├── BadDelivery            Heroku sent it and it cannot be read: keep it aside, never refuse it
├── AccessDenied           the caller was not granted this call: nothing was sent
└── CallFailed             an API call did not succeed
    ├── Refused            Heroku understood and said no: do not try again
    │   ├── Unauthorized   401: the token is wrong or has been revoked: a person must replace it
    │   ├── Forbidden      402, 403: the account may not do this
    │   ├── NotFound       404, 410: it does not exist, or this account may not know that it does
    │   ├── Conflict       409, 412, 423: it does not fit the present state, or wants a confirmation
    │   └── Invalid        400, 406, 416, 422: the request itself is wrong
    ├── Unavailable        the same call may be made again after `retry_after` seconds
    └── Unknown            it may have happened: look before repeating

No message carries a secret, a token or a foreign body: what Heroku says passes through `redacting.clean`.
"""

from typing import Literal

from heroku.redacting import clean

SignatureFault = Literal["missing", "repeated", "wrong"]


class HerokuError(Exception):
    """Anything that goes wrong between us and Heroku."""


class BadSignature(HerokuError):
    """A request that does not prove that it comes from Heroku; answer 401.

    Not a `BadDelivery`, so that no `except` for unreadable deliveries can let an unsigned one in.
    """

    def __init__(self, cause: SignatureFault) -> None:
        super().__init__(f"signature {cause}")
        self.cause = cause


class BadDelivery(HerokuError):
    """A delivery that cannot be read; `reason` is a short phrase that quotes nothing of the body."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AccessDenied(HerokuError):
    """A call that its grant does not cover; raised before anything is sent. The rule's author should act."""

    def __init__(self, *, endpoint: str, group: str, needed: str, granted: str, app: str | None, reason: str) -> None:
        super().__init__(f"{endpoint} is denied: {reason}")
        self.endpoint = endpoint
        self.group = group
        self.needed = needed
        self.granted = granted
        self.app = app
        self.reason = reason


class CallFailed(HerokuError):
    """An API call did not succeed.

    `status` is None when no answer came. `id` is Heroku's name for the error (`rate_limit`, `not_found` …)
    and stays open: new ones appear. `request_id` is what Heroku's support asks for, `remaining` is the account's
    pool, where Heroku said. `without_effect`: it is sure that nothing was done.
    """

    remaining: int | None = None
    without_effect: bool = False

    def __init__(
        self,
        *,
        method: str,
        path: str,
        status: int | None = None,
        id: str | None = None,
        message: str = "",
        request_id: str | None = None,
    ) -> None:
        self.method = method
        self.path = path
        self.status = status
        self.id = clean(id) if id else None
        self.message = clean(message)
        self.request_id = clean(request_id) if request_id else None
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        answer = " ".join(str(part) for part in (self.status, self.id) if part is not None)
        said = ": ".join(part for part in (answer, self.message) if part)
        trace = f" (request {self.request_id})" if self.request_id else ""
        return f"{self.method} {self.path}: {said or 'no answer'}{trace}"


class Refused(CallFailed):
    """Heroku understood and said no; the same call would be refused again."""

    without_effect = True


class Unauthorized(Refused):
    """The token is wrong, has ended or has been revoked; a person must replace it."""


class Forbidden(Refused):
    """The account may not do this: its role, its scope, two-factor login, or unpaid bills.

    `scopes` are those of the token, as far as Heroku said.
    """

    scopes: frozenset[str] = frozenset()


class NotFound(Refused):
    """It does not exist any more, never did, or is hidden from this account."""


class Conflict(Refused):
    """It does not fit the present state; look at that state before trying anything else."""


class Invalid(Refused):
    """The request itself is wrong: parameters, range or version."""


class Unavailable(CallFailed):
    """The same call may be made again after `retry_after` seconds.

    Nothing was done; but of a call that may be repeated in any case, this is not always known (`without_effect`).
    """

    def __init__(
        self,
        *,
        method: str,
        path: str,
        retry_after: float,
        status: int | None = None,
        id: str | None = None,
        message: str = "",
        request_id: str | None = None,
        without_effect: bool = True,
    ) -> None:
        super().__init__(method=method, path=path, status=status, id=id, message=message, request_id=request_id)
        self.retry_after = retry_after
        self.without_effect = without_effect


class Unknown(CallFailed):
    """It may have happened, now or a little later; look at what is there before repeating it."""
