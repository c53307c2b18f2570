"""What the commands that ask Heroku share: settings that must be there, what the rules want, and a recorded client."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from core.settings import Settings, SettingsError, read
from heroku.access import Level
from heroku.client import Heroku
from rules.errors import RuleErrors
from toolbelt import needs
from toolbelt.commands.common import No, connected
from toolbelt.commands.sending import PATH
from toolbelt.environment import is_loopback
from toolbelt.heroku_of import heroku_of
from toolbelt.hooks import Wanted


def settings(*needed: str) -> Settings:
    """The settings, with what it takes to talk about webhooks."""
    try:
        chosen = read("public_url", *needed)
    except SettingsError as error:
        raise No(str(error)) from error
    if is_out_of_reach(chosen):
        raise No(
            f"PUBLIC_URL is {chosen.public_url}, and that is this machine: Heroku cannot send anything there. "
            "Give it the address of your tunnel, or of the app: PUBLIC_URL=https://..."
        )
    return chosen


def is_out_of_reach(chosen: Settings) -> bool:
    """Whether PUBLIC_URL is this machine and Heroku is not; the simulator may be here as well."""
    return is_loopback(chosen.public_url or "") and not is_loopback(chosen.heroku_api_url)


def our_url(chosen: Settings) -> str:
    """Where deliveries are sent to."""
    return f"{chosen.public_url}{PATH}"


def what_is_wanted(chosen: Settings) -> Wanted:
    """What an app's webhook must be, by the rules as they are here."""
    try:
        return Wanted(our_url(chosen), needs.includes(needs.rules(chosen)))
    except SettingsError as error:
        raise No(str(error)) from error
    except RuleErrors as error:
        told = "the rules do not load, so what they listen to is not known; look: bin/dynohook rules check"
        raise No(f"{told}\n{error}") from error


@contextmanager
def calling(
    chosen: Settings, command: str, levels: Mapping[str, Level], *, apps: Sequence[str], by: str
) -> Iterator[Heroku]:
    """Heroku's API for this command and these apps, counted and recorded in Redis."""
    with connected() as redis:
        try:
            with heroku_of(chosen, redis, who=by, command=command, levels=levels, apps=frozenset(apps)) as heroku:
                yield heroku
        except SettingsError as error:
            raise No(str(error)) from error
