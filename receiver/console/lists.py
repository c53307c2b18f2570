"""What a list is narrowed to, and from where on it is shown: out of the address, so that it can be sent to others."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup, escape
from starlette.requests import Request

FARTHEST = 100_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """`only` holds what each named thing must be, without the empty ones; `skip` how many come before the page."""

    only: Mapping[str, str]
    skip: int

    @property
    def narrow(self) -> bool:
        """Whether not everything is wanted."""
        return bool(self.only)

    def of(self, name: str) -> str:
        """What that must be; empty if anything will do."""
        return self.only.get(name, "")

    def fits(self, **told: str | None) -> bool:
        """Whether a thing is as it must be."""
        return all(told.get(name) == wish for name, wish in self.only.items())

    def query(self, *, skip: int = 0, **changed: str) -> Markup:
        """The address's query with that changed, and from there on, as it stands in a link."""
        fields = {name: wish for name, wish in {**self.only, **changed}.items() if wish}
        return escape(urlencode(fields | ({"skip": str(skip)} if skip else {})))


def wanted(request: Request, *names: str) -> Wanted:
    """What the address asks for; what cannot be meant is passed over."""
    only = {name: value.strip() for name in names if (value := request.query_params.get(name, "")).strip()}
    skip = request.query_params.get("skip", "")
    return Wanted(only, min(int(skip), FARTHEST) if skip.isascii() and skip.isdigit() else 0)
