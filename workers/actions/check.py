"""`check`: asks a health address again and again until it has been well for a while, or bad for a while.

Each look is a row on the due list: no thread waits. What is well in the end is done, and what is bad has failed, so
that a rollback in `on_failure` takes a release back that does not answer.
"""

import re
from operator import itemgetter
from typing import Annotated, Self
from urllib.parse import urlsplit, urlunsplit

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from heroku.access import Level
from rules.actions import ActionSpec, Need, Written
from rules.durations import in_words
from rules.values import Duration, refused
from workers.actions.addresses import JOINS, Address, Rooted
from workers.actions.base import Action, Outcome, Step
from workers.actions.parameters import Params as Base
from workers.actions.parameters import Shaped, Text, named, no_longer_than, resolved
from workers.fetching import FETCH_SECONDS, Page, Unreachable

MOST_BYTES = 200_000  # of a page, in which the text is looked for
EARLY_SECONDS = 0.5  # a look that comes a little early is not worth another one
CLASSES = {f"{number}xx": range(100 * number, 100 * number + 100) for number in range(1, 6)}

NUMBER = {"type": "integer", "minimum": 100, "maximum": 599}
WORD = {"enum": sorted(CLASSES)}


def _statuses(value: object) -> object:
    items = value if isinstance(value, list) else [value]
    if not items or not all(_is_status(item) for item in items):
        raise refused("must be a status like 200, a class like 2xx, or a list of them")
    return [str(item) for item in items]


def _is_status(item: object) -> bool:
    text = str(item)
    return not isinstance(item, bool) and (text in CLASSES or bool(re.fullmatch(r"[1-5][0-9]{2}", text)))


Statuses = Annotated[
    list[str],
    BeforeValidator(_statuses),
    WithJsonSchema({"anyOf": [NUMBER, WORD, {"type": "array", "items": {"anyOf": [NUMBER, WORD]}, "minItems": 1}]}),
]


class Params(Base):
    """What to ask for, and what counts as well."""

    url: Annotated[Text, Address] | None = Field(
        None,
        description="The address; `$NAME` takes it from this service's environment. Default: the app's own, as Heroku "
        "tells it. Private networks are refused unless ALLOW_PRIVATE_ADDRESSES is true.",
    )
    path: Annotated[Text, Shaped("/([^/].*)?", "must begin with one /, and be one line"), Rooted] = Field(
        "/", description="The path on it: /healthz."
    )
    status: Statuses = Field(["2xx"], description="What is well: 200, 2xx, or a list of them.")
    contains: Text | None = Field(None, description="A text that a well page holds.")
    timeout: Annotated[Duration, no_longer_than(FETCH_SECONDS)] = Field(
        5.0, description="How long an answer may take; at most 10s."
    )
    every: Duration = Field(10.0, description="How long between two looks.")
    good_for: Duration = Field(60.0, description="Done when it was well at every look for so long.")
    bad_for: Duration = Field(30.0, description="Failed when it was bad at every look for so long.")
    at_most: Duration = Field(900.0, description="Failed when it was neither for long enough within this.")

    @model_validator(mode="after")
    def _can_end(self) -> Self:
        longest = max(("good_for", self.good_for), ("bad_for", self.bad_for), ("every", self.every), key=itemgetter(1))
        if longest[1] >= self.at_most:
            raise ValueError(f"{longest[0]} must be shorter than at_most, which is {in_words(self.at_most)}")
        return self

    def is_well(self, page: Page) -> bool:
        """Whether this answer is what it should be."""
        fits = any(str(page.status) == status or page.status in CLASSES.get(status, ()) for status in self.status)
        return fits and (self.contains is None or self.contains in page.text)


def perform(step: Step[Params]) -> Outcome:
    """One look. Raises what the client raises."""
    url, name = _address(step)
    if not url:
        return Outcome("failed", f"Heroku tells no address of {step.app_name}.")
    try:
        why = _fault(step.params, step.fetch(url, seconds=step.params.timeout, most_bytes=MOST_BYTES))
    except Unreachable as error:
        if error.for_good:
            return Outcome("failed", f"{name} cannot be asked: {error}.")
        why = str(error)
    return _looked(step, name, why)


def settle(_: Step[Params]) -> None:
    """It changes nothing."""


def _looked(step: Step[Params], name: str, why: str) -> Outcome:
    """What this look comes to, beside those before it; `why` it is not well, or nothing."""
    memory, params = step.memory, step.params
    began = memory.setdefault("began_at", step.now)
    memory["looks"] = memory.get("looks", 0) + 1
    state, other = ("bad", "good") if why else ("good", "bad")
    memory.pop(f"{other}_since", None)
    lasted = step.now - memory.setdefault(f"{state}_since", step.now)
    output = {"looks": memory["looks"], "why": why}
    if lasted >= (params.bad_for if why else params.good_for) - EARLY_SECONDS:
        if why:
            return Outcome("failed", f"{name} was not well for {in_words(lasted)}: it {why}.", output=output)
        return Outcome("done", f"{name} was well for {in_words(lasted)}.", output=output)
    if step.now - began >= params.at_most:
        said = f"{name} was neither well nor bad for long enough within {in_words(params.at_most)}"
        return Outcome("failed", f"{said}; now {f'it {why}' if why else 'it is well'}.", output=output)
    said = f"not well: it {why}" if why else "well"
    return Outcome("waiting", f"{name} is {said}; looking on.", look_again=params.every)


def _fault(params: Params, page: Page) -> str:
    """What is wrong with an answer; empty if nothing is."""
    if params.is_well(page):
        return ""
    lacks = params.contains is not None and params.contains not in page.text
    return f"answered {page.status}" + (" without the text that it should hold" if lacks else "")


def _address(step: Step[Params]) -> tuple[str, str]:
    """The whole address, and what it may be called in a sentence. Raises NotSet."""
    written = step.written.get("url")
    if step.params.url is None:
        base = step.memory.get("web_url") or step.heroku.app(step.app).web_url or ""
        step.memory["web_url"] = base
    else:
        base = resolved(step.params.url, written, step.variable)
    url = _joined(base, step.params.path) if base and step.params.path != "/" else base
    return url, named(url, written)


def _joined(base: str, path: str) -> str:
    """The path under that of the address; it cannot lead to another host."""
    try:
        parts = urlsplit(base)
    except ValueError:
        return base  # no address: whoever asks it says so
    inner, _, query = path.partition("?")
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + inner, query=query or parts.query))


def _needs(written: Written) -> tuple[Need, ...]:
    return (Need("apps", Level.READ),) if written.get("url") is None else ()


ACTION = Action(
    spec=ActionSpec(name="check", params=Params, needs_more=_needs, variables=("url",), joins=JOINS),
    perform=perform,
    settle=settle,
    reads_live_state=True,
)
