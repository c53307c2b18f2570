"""`logs`: reads the last lines of an app's log, without what looks like a secret, for the steps that come after."""

from typing import Annotated

from pydantic import Field

from heroku.access import Level
from heroku.errors import Unavailable
from heroku.private_keys import without_private_keys
from heroku.redacting import REDACTED, without_secrets
from heroku.requests import MOST_LOG_LINES
from rules.actions import ActionSpec, Need
from workers.actions.base import Action, Outcome, Step
from workers.actions.parameters import DynoName, ProcessType, Shaped, Text, Whole
from workers.actions.parameters import Params as Base
from workers.fetching import Unreachable

TEXT_CHARACTERS = 8_000  # what is kept: the last of it
LINE_CHARACTERS = 500
LOOKED_AT_CHARACTERS = 2_000  # of a line: more than is kept, so that no secret is cut in half before it is seen
MOST_BYTES = 1_000_000  # of the end of it
AGAIN_SECONDS = 5.0


class Params(Base):
    """How many lines, and of what."""

    lines: Whole = Field(100, ge=1, le=MOST_LOG_LINES, description="How many lines from before.")
    dyno: DynoName | None = Field(None, description="Of this dyno only: web.1.")
    type: ProcessType | None = Field(None, description="Of this process type only.")
    source: Annotated[Text, Shaped("app|heroku", "must be app or heroku")] | None = Field(
        None, description="app or heroku only."
    )


def perform(step: Step[Params]) -> Outcome:
    """Ask for a look at the log, and read it. Its link is a secret: it is kept nowhere, and gets no token."""
    params = step.params
    session = step.heroku.create_log_session(
        step.app, lines=params.lines, tail=False, dyno_name=params.dyno, type=params.type, source=params.source
    )
    try:
        page = step.fetch(session.logplex_url.get_secret_value(), trusted=True, most_bytes=MOST_BYTES, last=True)
    except Unreachable as error:
        raise _later(f"it {error}") from None
    if page.status != 200:
        raise _later(f"it answered {page.status}")
    lines = lines_fit_to_be_kept(page.text)
    text = last_of(lines)
    told = "1 line" if len(lines) == 1 else f"{len(lines)} lines"
    return Outcome("done", f"Read {told} of {step.app_name}'s log.", output={"text": text, "count": len(lines)})


def settle(_: Step[Params]) -> None:
    """A log can always be read again."""


def lines_fit_to_be_kept(text: str) -> list[str]:
    """Each line that says something; a private key is left out before its lines are looked at one by one."""
    return [fit_to_be_kept(line) for line in without_private_keys(text, REDACTED).splitlines() if line.strip()]


def fit_to_be_kept(line: str) -> str:
    """One line without what looks like a secret, and no longer than is of use."""
    looked_at = line[:LOOKED_AT_CHARACTERS]
    shown = "".join(character if character.isprintable() else " " for character in looked_at)
    shown = without_secrets(shown)
    return shown if len(shown) <= LINE_CHARACTERS else shown[: LINE_CHARACTERS - 1] + "…"


def last_of(lines: list[str]) -> str:
    """The last lines that fit."""
    kept: list[str] = []
    room = TEXT_CHARACTERS
    for line in reversed(lines):
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join(reversed(kept))


def _later(why: str) -> Unavailable:
    return Unavailable(method="GET", path="log session", message=why, retry_after=AGAIN_SECONDS)


ACTION = Action(
    spec=ActionSpec(name="logs", params=Params, needs=(Need("logs", Level.READ),)),
    perform=perform,
    settle=settle,
    reads_live_state=True,
)
