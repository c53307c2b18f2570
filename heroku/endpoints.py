"""Heroku's endpoints as a table: what each is called, where it is, what it needs and what it may do twice.

https://devcenter.heroku.com/articles/platform-api-reference
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from heroku.access import Level
from heroku.errors import Invalid

Reach = Literal["app", "every app", "account"]

_PLACE = re.compile(r"\{(\w+)\}")
_UNSENDABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One link of Heroku's API.

    `scope` is the OAuth scope it asks for, `level` what a grant must reach. `repeatable` says that a second call does
    no more than the first. `include` is the webhook entity that tells of its effect. `success` is the documented
    status; any 2xx counts. `order` is the field by which a list can be asked for in order. `required` and `optional`
    are the parameters of the body; those of the path stand in `path`.
    """

    name: str
    group: str
    method: str
    path: str
    level: Level
    scope: str
    repeatable: bool
    include: str | None = None
    success: int = 200
    order: str | None = None
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def reaches(self) -> Reach:
        """What it reads or changes: one app, which a grant must name; all of them; or nothing of any app."""
        if "{app}" in self.path:
            return "app"
        return "every app" if self.group == "apps" else "account"

    @property
    def places(self) -> tuple[str, ...]:
        """The names of the parameters in its path."""
        return tuple(_PLACE.findall(self.path))

    def address(self, params: Mapping[str, Any]) -> str:
        """The path with its parameters, each encoded as one segment.

        Raises `Invalid`, as Heroku would, for a value that could not be a segment or would climb out of it.
        """
        return _PLACE.sub(lambda place: self._segment(place[1], params[place[1]]), self.path)

    def body(self, params: Mapping[str, Any]) -> dict[str, Any] | None:
        """The body with those parameters that are not in the path; None where the endpoint takes none."""
        inside = {key: value for key, value in params.items() if key not in self.places}
        return inside if self.required or self.optional else None

    def expect(self, params: Mapping[str, Any]) -> None:
        """Raise `TypeError`, as for a function, where a parameter is missing or unknown."""
        needed = {*self.places, *self.required}
        missing = sorted(needed - set(params))
        unknown = sorted(set(params) - needed - set(self.optional))
        if missing or unknown:
            raise TypeError(f"{self.name}: missing {missing}, unknown {unknown}")

    def _segment(self, place: str, value: object) -> str:
        text = str(value)
        if text in ("", ".", "..") or _UNSENDABLE.search(text):
            raise Invalid(method=self.method, path=self.path, message=f"{text!r} cannot stand for {{{place}}}")
        return quote(text, safe="")


def _read(name: str, group: str, path: str, *, scope: str = "read", order: str | None = None) -> Endpoint:
    return Endpoint(name, group, "GET", path, Level.READ, scope, repeatable=True, order=order)


def _release(name: str, *, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> Endpoint:
    # The two ways to POST a release are two endpoints here: one restores config vars, the other keeps them.
    return Endpoint(
        name,
        "releases",
        "POST",
        "/apps/{app}/releases",
        Level.WRITE,
        "write",
        repeatable=False,
        include="api:release",
        success=201,
        required=required,
        optional=optional,
    )


TABLE: tuple[Endpoint, ...] = (
    _read("list_apps", "apps", "/apps", order="name"),
    _read("get_app", "apps", "/apps/{app}"),
    _read("list_dynos", "dynos", "/apps/{app}/dynos"),
    _read("list_releases", "releases", "/apps/{app}/releases", order="version"),
    _read("get_release", "releases", "/apps/{app}/releases/{release}"),
    _release("rollback", required=("release",)),
    _release("release_slug", required=("slug",), optional=("description",)),
    _read("list_builds", "builds", "/apps/{app}/builds", order="started_at"),
    _read("get_build", "builds", "/apps/{app}/builds/{build}"),
    _read("get_account", "account", "/account", scope="identity"),
    _read("get_rate_limits", "account", "/account/rate-limits", scope="identity"),
)

BY_NAME: Mapping[str, Endpoint] = {endpoint.name: endpoint for endpoint in TABLE}
