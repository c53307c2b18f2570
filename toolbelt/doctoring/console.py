"""The console: is there one, and does PUBLIC_URL lead to it, so that the links in messages lead somewhere?"""

from collections.abc import Iterator

import httpx2

from core import links
from core.settings import Settings
from receiver.console.guarding import HEADERS
from toolbelt.doctoring.findings import Finding, attention, broken, ok
from toolbelt.environment import is_loopback

AREA = "console"
MOST_SECONDS = 10.0
SET_ONE = "heroku config:set CONSOLE_PASSWORD=$(openssl rand -base64 18)"


def of_console(chosen: Settings) -> Iterator[Finding]:
    """Whether it is open, and whether it is where messages say."""
    if chosen.console_password is None:
        yield _closed(chosen)
        return
    yield ok(AREA, "password", "set")
    if console := links.console(chosen):
        yield _reached(console)


def _closed(chosen: Settings) -> Finding:
    if chosen.public_url is None:
        return ok(AREA, "password", "not set: there is no console")
    return attention(AREA, "password", "not set: there is no console, and messages carry no links", SET_ONE)


def _reached(console: str) -> Finding:
    """Asked from here, as a person's browser would; only the head of the answer is waited for."""
    name = "address"
    try:
        with httpx2.stream(
            "GET", f"{console}/sign-in", timeout=MOST_SECONDS, trust_env=not is_loopback(console)
        ) as answer:
            status, is_ours = answer.status_code, all(header in answer.headers for header in HEADERS)
    except httpx2.HTTPError as error:
        says = f"nobody answers at PUBLIC_URL ({type(error).__name__}): links in messages lead nowhere"
        return attention(AREA, name, says, "does the web process run? heroku ps; is the address right?")
    if status == httpx2.codes.OK and is_ours:
        return ok(AREA, name, "PUBLIC_URL leads to it")
    says = f"what answers at PUBLIC_URL ({status}) is not the console: links in messages lead nowhere"
    do = "deploy or restart, so that the web process sees CONSOLE_PASSWORD; is the address right?"
    return broken(AREA, name, says, do)
