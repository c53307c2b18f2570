"""Where the console shows things: the addresses that messages carry."""

from urllib.parse import quote, urlencode

from core.settings import Settings

CONSOLE = "/console"
LONGEST = 2_000  # characters of an address that messages carry: Discord takes no longer ones


def console(settings: Settings) -> str:
    """The console's address as the world sees it; empty if there is none, or nobody said where the service is."""
    return f"{settings.public_url}{CONSOLE}" if settings.public_url and settings.console_password else ""


def run(console: str, id: str) -> str:
    """The page of a run. An id may hold anything that Heroku put into an event's."""
    return f"{console}/runs/{quote(id, safe='')}"


def runs(console: str, **only: str) -> str:
    """The list of runs, narrowed to those of an app, a rule or a state, as far as they are given."""
    query = urlencode({name: value for name, value in only.items() if value})
    return f"{console}/runs{f'?{query}' if query else ''}"


def rule(console: str, name: str) -> str:
    """The page of a rule."""
    return f"{console}/rules/{quote(name, safe='')}"


def event(console: str, id: str) -> str:
    """The page of an event."""
    return f"{console}/events/{quote(id, safe='')}"
