"""A client for Heroku's API that does what it was granted, writes every call down, and knows what may be repeated.

    heroku = Heroku(token).granted(Grant("a rule", {"releases": Level.WRITE}, frozenset({"acme-web"})))
    for release in heroku.releases("acme-web"):
        ...

A client for threads: one may be shared by all, each call takes at most `timeout` seconds.
"""

import time
from collections.abc import Callable, Iterator
from copy import copy
from types import TracebackType
from typing import Any, TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from heroku import paging, retrying
from heroku.access import NOTHING, Grant, check
from heroku.calls import Answer, Call, CallRecord
from heroku.endpoints import BY_NAME
from heroku.errors import CallFailed
from heroku.models import Account, App, Build, Dyno, RateLimits, Release
from heroku.recording import recorded
from heroku.wire import CALL_SECONDS, Wire

API_URL = "https://api.heroku.com"

Before = Callable[[Call], None]
After = Callable[[CallRecord], None]
M = TypeVar("M", bound=BaseModel)


class Heroku:
    """Heroku's API as far as `grant` reaches, which is nowhere until something is granted.

    `before` is called with each `Call` that is about to be sent; what it raises stops the call and reaches the
    caller. `after` is called with the `CallRecord` of each call, made or not; what it raises takes the place of
    the answer. `call` raises `AccessDenied` and the kinds of `CallFailed`, and so do all methods that use it.
    """

    def __init__(
        self,
        token: str,
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
            token, base_url=base_url, transport=transport, timeout=timeout, user_agent=user_agent, clock=clock
        )
        self._grant = grant
        self._before = before
        self._after = after
        self._clock = clock

    def granted(self, grant: Grant, *, before: Before | None = None, after: After | None = None) -> "Heroku":
        """A view with this grant, on the same connections; hooks that are not given stay as they are."""
        view = copy(self)
        view._grant = grant
        view._before = before or self._before
        view._after = after or self._after
        return view

    def call(self, endpoint: str, /, *, wanted: str | None = None, **params: Any) -> Answer:
        """Make one call: the only way to the network, and so the place where grants are checked.

        `endpoint` is a name in the table of endpoints, `params` fill its path and its body, and `wanted` is the
        range of a list. `LookupError` for an unknown name, `TypeError` for parameters that it does not have.
        """
        if endpoint not in BY_NAME:
            raise LookupError(f"there is no endpoint {endpoint!r}")
        entry = BY_NAME[endpoint]
        entry.expect(params)
        app = str(params["app"]) if "app" in params else None
        with recorded(self._grant.who, entry, app, clock=self._clock, keep=self._after) as note:
            check(self._grant, entry, app)
            note.outcome = "stopped"
            call = Call(entry, entry.method, entry.address(params), app, entry.body(params))
            if self._before:
                self._before(call)
            note.outcome = "unknown"  # until it is known what came of it
            note.answer = answer = self._wire.send(call, wanted=wanted)
            note.outcome = "done"
            return answer

    def app(self, app: str) -> App:
        """One app, by id or name."""
        return self._one(App, "get_app", app=app)

    def releases(self, app: str, *, newest_first: bool = True) -> Iterator[Release]:
        """The app's releases; each page is fetched when it is reached."""
        return self._each(Release, "list_releases", newest_first=newest_first, app=app)

    def release(self, app: str, release: str | int) -> Release:
        """One release, by id or version."""
        return self._one(Release, "get_release", app=app, release=release)

    def rollback(self, app: str, *, release: str) -> Release:
        """A new release with the code and the config of an older one, which is named by its id.

        The answer is often still pending: the app's release phase runs again.
        """
        return self._one(Release, "rollback", app=app, release=release)

    def release_slug(self, app: str, *, slug: str, description: str) -> Release:
        """A new release with this code and today's config."""
        return self._one(Release, "release_slug", app=app, slug=slug, description=description)

    def builds(self, app: str, *, newest_first: bool = True) -> Iterator[Build]:
        """The app's builds; each page is fetched when it is reached."""
        return self._each(Build, "list_builds", newest_first=newest_first, app=app)

    def build(self, app: str, build: str) -> Build:
        """One build, by id."""
        return self._one(Build, "get_build", app=app, build=build)

    def dynos(self, app: str) -> Iterator[Dyno]:
        """The app's dynos, one-offs too, by name."""
        return self._each(Dyno, "list_dynos", newest_first=False, app=app)

    def account(self) -> Account:
        """Whose token it is."""
        return self._one(Account, "get_account")

    def rate_limits(self) -> RateLimits:
        """How many calls are left; asking costs none."""
        return self._one(RateLimits, "get_rate_limits")

    def close(self) -> None:
        """Close the connections, those of all views too."""
        self._wire.close()

    def __enter__(self) -> "Heroku":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Heroku at {self._wire.base_url} for {self._grant.who}>"

    def _one(self, model: type[M], endpoint: str, /, **params: Any) -> M:
        answer = self.call(endpoint, **params)
        return _value(model, answer.body, answer)

    def _each(self, model: type[M], endpoint: str, /, *, newest_first: bool, **params: Any) -> Iterator[M]:
        def fetch(wanted: str | None) -> Answer:
            return self.call(endpoint, wanted=wanted, **params)

        order = BY_NAME[endpoint].order
        opening = paging.opening(order, newest_first=newest_first) if order else None
        for page in paging.pages(fetch, opening):
            if not isinstance(page.body, list):
                raise _misshapen(page)
            for item in page.body:
                yield _value(model, item, page)


def _value(model: type[M], body: Any, answer: Answer) -> M:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise _misshapen(answer) from error


def _misshapen(answer: Answer) -> CallFailed:
    why = "the answer is not what this endpoint gives"
    return retrying.lost(answer.call, why, status=answer.status, request_id=answer.request_id)
