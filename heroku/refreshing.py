"""A token that is replaced before it ends, and once when it is refused: by one process while the others wait.

What lies where: the refresh token stays in the memory of the process that was given it, as it lets in for ever.
The access token, which all processes need and one of them gets, lies in the vault sealed under the refresh token:
whoever reads the vault alone has nothing, and with another refresh token what is there counts as not there.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import NoReturn

import httpx2

from heroku.credentials import check_token
from heroku.deadlines import bounded
from heroku.errors import Refused, Unauthorized, Unavailable
from heroku.oauth import EXCHANGE_SECONDS, IdHost
from heroku.sealing import Seal
from heroku.vaults import LocalVault, Vault

EARLY_SECONDS = 600.0  # before its end: more than the clocks of two processes differ by
YOUNG_SECONDS = 60.0  # a token refused so soon is not to blame, and another would be refused too
WAIT_SECONDS = EXCHANGE_SECONDS + 2.0  # for another who is getting a token
HOLD_SECONDS = EXCHANGE_SECONDS + 10.0
RETRY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Held:
    """An access token, with the moments it was got and will end, in seconds since 1970."""

    token: str = field(repr=False)
    since: float
    ends: float


class RefreshedToken:
    """Credentials that last for as long as a refresh token does.

    The first token is got when it is first needed. Every `Unauthorized` of an exchange means that the refresh token
    or the client's secret is good no longer.
    """

    def __init__(
        self,
        refresh_token: str,
        id_host: IdHost,
        *,
        vault: Vault | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        check_token(refresh_token)
        self._refresh_token = refresh_token
        self._id_host = id_host
        self._vault = vault or LocalVault()
        self._threads = LocalVault()
        self._seal = Seal(refresh_token)
        self._now = now
        self._held: _Held | None = None

    def token(self) -> str:
        """The token for the next call; got first, if the one at hand is about to end."""
        held = self._held
        return held.token if held and self._lasts(held) else self._renew(None).token

    def instead_of(self, refused: str) -> str | None:
        """Another token than the one refused: what another process got meanwhile, or a new one. None if that is new."""
        held = self._held
        if held and held.token == refused and self._now() - held.since < YOUNG_SECONDS:
            return None
        other = self._renew(refused).token
        return other if other != refused else None

    def __repr__(self) -> str:
        return f"<RefreshedToken from {self._id_host.base_url}>"

    def _renew(self, refused: str | None) -> _Held:
        """A token that is good and not the refused one; whoever is first gets it, all others find it."""
        with self._threads.lock(wait_seconds=_left(WAIT_SECONDS), hold_seconds=HOLD_SECONDS) as first:
            found = self._found(self._held, refused) if first else _busy()
            self._held = found or self._shared(refused)
            return self._held

    def _shared(self, refused: str | None) -> _Held:
        found = self._found(self._kept(), refused)
        if found:
            return found
        with self._vault.lock(wait_seconds=_left(WAIT_SECONDS), hold_seconds=HOLD_SECONDS) as ours:
            found = self._found(self._kept(), refused)  # by whoever had the lock before
            return found or (self._exchanged() if ours else _busy())

    def _exchanged(self) -> _Held:
        try:
            tokens = self._id_host.refresh(self._refresh_token)
        except Refused as error:
            raise Unauthorized(
                method=error.method,
                path=error.path,
                status=error.status,
                id=error.id,
                message=f"no new token: {error.message}",
                request_id=error.request_id,
            ) from None
        since = self._now()
        got = _Held(tokens.access_token.get_secret_value(), since, since + tokens.expires_in)
        self._vault.set(self._seal.close(json.dumps(asdict(got))), seconds=tokens.expires_in)
        return got

    def _kept(self) -> _Held | None:
        sealed = self._vault.get()
        text = self._seal.open(sealed) if sealed else None
        return _Held(**json.loads(text)) if text else None

    def _found(self, held: _Held | None, refused: str | None) -> _Held | None:
        return held if held and held.token != refused and self._lasts(held) else None

    def _lasts(self, held: _Held) -> bool:
        # A token that lives for minutes only is used for half its life, and not got again for every call.
        return self._now() < held.ends - min(EARLY_SECONDS, (held.ends - held.since) / 2)


def _left(seconds: float) -> float:
    """So long, or what is left of the call that needs the token."""
    try:
        return bounded(seconds, httpx2.ConnectTimeout) or 0.0
    except httpx2.ConnectTimeout:
        return 0.0


def _busy() -> NoReturn:
    raise Unavailable(
        method="POST", path="/oauth/token", retry_after=RETRY_SECONDS, message="somebody else is getting a token"
    )
