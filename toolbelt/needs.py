"""What the rules need of Heroku: the entities that they listen to, and the endpoints that their access opens."""

from core.settings import Settings
from rules.loading import load
from rules.model import Mode
from rules.rulebook import Rule, Rulebook
from workers.actions import SPECS
from workers.rulebooks import sources

ALWAYS = "api:release"  # whether a rollback worked is seen by the events of the release that it made


def rules(settings: Settings) -> Rulebook:
    """The rules as a worker would read them, whether or not it could run them here.

    Raises SettingsError, RuleErrors.
    """
    return load(sources(settings), actions=SPECS)


def includes(book: Rulebook) -> tuple[str, ...]:
    """The entities that an app's webhook must tell of; rules that are off need none."""
    return tuple(sorted({ALWAYS, *(on.include for rule in at_work(book) for on in rule.on)}))


def at_work(book: Rulebook) -> tuple[Rule, ...]:
    """The rules that decide something, live or in shadow."""
    return tuple(rule for rule in book.rules if rule.mode is not Mode.OFF)
