"""The one way to Heroku's API: checks the grant, tells the hooks, sends, writes down what came of it."""

import time
from collections.abc import Callable, Iterator
from copy import copy
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2
from pydantic import BaseModel

from heroku import paging, parsing
from heroku.access import NOTHING, Grant, check
from heroku.calls import Answer, Call, CallRecord
from heroku.connecting import CALL_SECONDS
from heroku.credentials import Credentials, PlainToken
from heroku.endpoints import BY_NAME
from heroku.recording import recorded
from heroku.wire import Wire

API_URL = "https://api.heroku.com"

Before = Callable[[Call], None]
After = Callable[[CallRecord], None]
M = TypeVar("M", bound=BaseModel)


class Caller:
    """Makes calls as far as `grant` reaches, which is nowhere until something is granted.

    `before` is called with each `Call` that is about to be sent; what it raises stops the call and reaches the
    caller. `after` is called with the `CallRecord` of each call, made or not; what it raises takes the place of
    the answer. `call` raises `AccessDenied` and the kinds of `CallFailed`, and so do all methods that use it.
    """

    def __init__(
        self,
        credentials: str | Credentials,
        *,
        base_url: str = API_URL,
        transport: httpx2.BaseTransport | None = None,
        timeout: float = CALL_SECONDS,
        grant: Grant = NOTHING,
        before: Before | None = None,
        after: After | None = None,
        user_agent: str = "heroku-client",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wire = Wire(
            PlainToken(credentials) if isinstance(credentials, str) else credentials,
            base_url=base_url,
            transport=transport,
            timeout=timeout,
            user_agent=user_agent,
            clock=clock,
        )
        self._grant = grant
        self._before = before
        self._after = after
        self._clock = clock

    def granted(self, grant: Grant, *, before: Before | None = None, after: After | None = None) -> Self:
        """A view with this grant, on the same connections; hooks that are not given stay as they are."""
        view = copy(self)
        view._grant = grant
        view._before = before or self._before
        view._after = after or self._after
        return view

    def call(self, endpoint: str, /, *, wanted: str | None = None, polling: bool = False, **params: Any) -> Answer:
        """Make one call: the only way to the network, and so the place where grants are checked.

        `endpoint` is a name in the table of endpoints, `params` fill its path and its body, and `wanted` is the
        range of a list. `polling` is for a list that is looked at again and again: where nothing has changed since,
        the answer is the last one. `LookupError` for an unknown name, `TypeError` for parameters that it does not
        have, `Invalid` for values that do not fit.
        """
        if endpoint not in BY_NAME:
            raise LookupError(f"there is no endpoint {endpoint!r}")
        entry = BY_NAME[endpoint]
        entry.expect(params)
        if polling and not (entry.many and entry.method == "GET"):
            raise TypeError(f"{endpoint}: only lists can be polled")
        app = str(params["app"]) if "app" in params else None
        with recorded(self._grant.who, entry, app, clock=self._clock, keep=self._after) as note:
            check(self._grant, entry, app)
            note.outcome = "stopped"
            address, body = entry.address(params), entry.body(params)
            call = Call(entry, entry.method, address, app, body, entry.secrets(params) if body else ())
            if self._before:
                self._before(call)
            note.outcome = "unknown"  # until it is known what came of it
            note.answer = answer = self._wire.send(call, wanted=wanted, polling=polling)
            note.outcome = "done"
            return answer

    def close(self) -> None:
        """Close the connections, those of all views too."""
        self._wire.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Heroku at {self._wire.base_url} for {self._grant.who}>"

    def _one(self, model: type[M], endpoint: str, /, **params: Any) -> M:
        return parsing.one(model, self.call(endpoint, **params))

    def _each(
        self, model: type[M], endpoint: str, /, *, opening: str | None = None, polling: bool = False, **params: Any
    ) -> Iterator[M]:
        def fetch(wanted: str | None) -> Answer:
            return self.call(endpoint, wanted=wanted, polling=polling, **params)

        for page in paging.pages(fetch, opening):
            yield from parsing.many(model, page)


def given(**params: Any) -> dict[str, Any]:
    """Those parameters that are not None: what a method's caller left out is not sent."""
    return {name: value for name, value in params.items() if value is not None}
