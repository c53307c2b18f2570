"""`http`: posts JSON to an address of the team's own, signed if it is given a secret. At least once, with one id.

https://www.standardwebhooks.com
"""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import AfterValidator, Field, ValidationInfo

from heroku.errors import Unavailable
from heroku.retrying import retry_after
from rules.actions import ActionSpec
from rules.files.environment_checks import VARIABLE
from rules.texts.templates import is_template
from rules.values import no_template, refused
from workers import signing
from workers.actions.addresses import JOINS, Address
from workers.actions.base import RENDERED, Action, Outcome, Step
from workers.actions.logs import fit_to_be_kept
from workers.actions.parameters import Params as Base
from workers.actions.parameters import Secret, named, no_secrets, resolved
from workers.fetching import Page, Unreachable

RETRIED = (408, 425, 429)  # and all of 5xx
ANSWER_BYTES = 2_000
_HOST = re.compile(r"https?://[^/?#{}]+/", re.IGNORECASE)
OURS = {"content-length", "content-type", "host", "transfer-encoding", "connection"}


def _fits_a_header(text: str) -> str:
    if not text.isascii() or not text.isprintable():
        raise refused("must be one line of ASCII")
    return text


def _is_free(name: str) -> str:
    if name.lower() in OURS or not name.replace("-", "").isalnum() or not name.isascii():
        raise refused("is no header that can be given")
    return name


def _is_in_the_environment(secret: str, info: ValidationInfo) -> str:
    if info.context != RENDERED and not VARIABLE.fullmatch(secret):
        raise no_template("must be the name of a variable, like $SIGNING_SECRET")
    return secret


def _goes_to_a_host_of_the_rule(url: str, info: ValidationInfo) -> str:
    """What is sent may hold keys: an event must not say who gets it."""
    if info.context != RENDERED and is_template(url) and not _HOST.match(url):
        raise no_template("its host must be written out: a template may only stand behind it, after a /")
    return url


Headers = dict[Annotated[str, AfterValidator(_is_free)], Annotated[Secret, AfterValidator(_fits_a_header)]]


class Params(Base):
    """Where to, and what."""

    url: Annotated[Secret, AfterValidator(_goes_to_a_host_of_the_rule), Address] = Field(
        min_length=1, description="The address; `$NAME` takes it from this service's environment, as it often is a key."
    )
    body: Annotated[dict[str, Any], AfterValidator(no_secrets)] | None = Field(
        None,
        description="What is sent, as JSON; texts may be templates, or `$NAME`. Default: rule, app, event and run.",
    )
    secret: Annotated[Secret, AfterValidator(_is_in_the_environment)] | None = Field(
        None,
        description="The secret that signs it, `whsec_…`, as `$NAME`. The receiver finds webhook-id, webhook-timestamp "
        "and webhook-signature.",
    )
    headers: Headers = Field(default_factory=dict, description="More headers; `$NAME` for those that hold a key.")


def perform(step: Step[Params]) -> Outcome:
    """Post it. Raises Unavailable if it is to be tried again."""
    name = named(step.params.url, step.written.get("url"))
    try:
        url, headers, content = _request(step)
        page = step.fetch(url, method="POST", headers=headers, content=content, most_bytes=ANSWER_BYTES)
    except signing.BadSecret as error:
        return Outcome("failed", f"The secret for {name} is none: {error}.")
    except Unreachable as error:
        if error.for_good:
            return Outcome("failed", f"{name} cannot be reached: {error}.")
        raise _unavailable(name, str(error), 0, {}) from None
    return _answered(name, page)


def settle(_: Step[Params]) -> None:
    """It can be sent again: whoever gets it twice can tell by its id."""


def _request(step: Step[Params]) -> tuple[str, dict[str, str], bytes]:
    """Address, headers and body. Raises NotSet, signing.BadSecret."""
    params, written = step.params, step.written

    def real(field: str) -> Any:
        return resolved(getattr(params, field), written.get(field), step.variable)

    body = dict(step.facts) if params.body is None else real("body")
    content = json.dumps(body).encode()
    id = quote(str(step.facts["dedup_key"]), safe=":#")  # ids come from outside, and a header is a line of ASCII
    headers = {"Content-Type": "application/json", **real("headers")}
    if params.secret is not None:
        headers |= signing.headers(content, id=id, at=int(step.now), secrets=real("secret"))
    return real("url"), headers, content


def _answered(name: str, page: Page) -> Outcome:
    if page.status in RETRIED or page.status >= 500:
        raise _unavailable(name, f"answered {page.status}", page.status, page.headers)
    output = {"status": page.status, "text": fit_to_be_kept(page.text)}
    if 200 <= page.status < 300:
        return Outcome("done", f"Posted to {name}: it answered {page.status}.", output=output)
    return Outcome("failed", f"{name} answered {page.status}.", output=output)


def _unavailable(name: str, why: str, status: int, headers: Mapping[str, str]) -> Unavailable:
    return Unavailable(method="POST", path=name, message=why, retry_after=retry_after(status, headers))


ACTION = Action(
    spec=ActionSpec(name="http", params=Params, variables=("url", "body", "secret", "headers"), joins=JOINS),
    perform=perform,
    settle=settle,
    reads_live_state=False,
)
