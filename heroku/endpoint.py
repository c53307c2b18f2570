"""One link of Heroku's API as a value: where it is, what it takes and gives, what it needs and what it may do twice."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ValidationError

from heroku.access import Level
from heroku.errors import Invalid
from heroku.requests import Nothing, Request

Reach = Literal["app", "every app", "account"]

_NOTHING = Nothing()
_PLACE = re.compile(r"\{(\w+)\}")
_UNSENDABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class Endpoint:
    """What is known of an endpoint before it is called.

    `scope` is the least OAuth scope that allows it, `level` what a grant must reach. `repeatable` says that a second
    call does no more than the first. `takes` is the shape of its body (of its query, for a GET), `gives` that of the
    answer, or of each item where the answer is a list (`many`). `include` is the webhook entity that tells of its
    effect. `success` is the documented status; any 2xx counts. `ranges` are the fields by which a list can be asked
    for in order, the usual one first. `version` is that of the API.
    """

    name: str
    group: str
    method: str
    path: str
    level: Level
    scope: str
    repeatable: bool
    gives: type[BaseModel]
    takes: type[Request] = Nothing
    many: bool = False
    include: str | None = None
    success: int = 200
    ranges: tuple[str, ...] = ()
    version: str = "3"
    stability: str = "production"

    @cached_property
    def reaches(self) -> Reach:
        """What it reads or changes: one app, which a grant must name; any of them; or nothing of any app."""
        if "app" in self.places:
            return "app"
        return "every app" if self.group == "apps" else "account"

    @cached_property
    def places(self) -> tuple[str, ...]:
        """The names of the parameters in its path."""
        return tuple(_PLACE.findall(self.path))

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The parameters that it cannot do without, besides those in its path."""
        return tuple(name for name, field in self.takes.model_fields.items() if field.is_required())

    @cached_property
    def optional(self) -> tuple[str, ...]:
        """The parameters that it takes and does not need."""
        return tuple(name for name in self.takes.model_fields if name not in self.required)

    def address(self, params: Mapping[str, Any]) -> str:
        """The path with its parameters, each encoded as one segment, and the query of a GET.

        Raises `Invalid`, as Heroku would, for a value that could not be a segment or would climb out of it.
        """
        path = _PLACE.sub(lambda place: self._segment(place[1], params[place[1]]), self.path)
        query = self._content(params) if self.method == "GET" else None
        return f"{path}?{urlencode(query)}" if query else path

    def body(self, params: Mapping[str, Any]) -> dict[str, Any] | None:
        """The body with those parameters that are not in the path; None where the endpoint takes none.

        Raises `Invalid`, as Heroku would, for a value that does not fit, without quoting it.
        """
        return None if self.method == "GET" else self._content(params)

    def secrets(self, params: Mapping[str, Any]) -> tuple[str, ...]:
        """What the body holds that must not show, the longest first. For values that fit."""
        return tuple(sorted(self._request(params).secrets(), key=len, reverse=True))

    def expect(self, params: Mapping[str, Any]) -> None:
        """Raise `TypeError`, as for a function, where a parameter is missing or unknown."""
        given = params.keys()
        if self._needed <= given <= self._known:
            return
        missing, unknown = sorted(self._needed - given), sorted(given - self._known)
        raise TypeError(f"{self.name}: missing {missing}, unknown {unknown}")

    @cached_property
    def _needed(self) -> frozenset[str]:
        return frozenset({*self.places, *self.required})

    @cached_property
    def _known(self) -> frozenset[str]:
        return self._needed | frozenset(self.optional)

    def _content(self, params: Mapping[str, Any]) -> dict[str, Any] | None:
        return None if self.takes is Nothing else self._request(params).content()

    def _request(self, params: Mapping[str, Any]) -> Request:
        if self.takes is Nothing:
            return _NOTHING
        try:
            return self.takes.model_validate({key: value for key, value in params.items() if key not in self.places})
        except ValidationError as error:
            raise Invalid(method=self.method, path=self.path, message=_faults(error)) from None

    def _segment(self, place: str, value: object) -> str:
        text = str(value)
        if text in ("", ".", "..") or _UNSENDABLE.search(text):
            raise Invalid(method=self.method, path=self.path, message=f"{text!r} cannot stand for {{{place}}}")
        return quote(text, safe="")


def _faults(error: ValidationError) -> str:
    """What does not fit, by the names of the parameters; never the values, which may be secret."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(": ".join(filter(None, (".".join(map(str, each["loc"])), each["msg"]))) for each in found)
