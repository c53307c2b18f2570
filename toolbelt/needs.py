"""What the rules need of Heroku: the entities that they listen to, and the endpoints that their access opens."""

from collections.abc import Iterator

from core.settings import Settings
from rules.files.loading import load
from rules.model import Mode
from rules.rulebook import Rule, Rulebook
from workers.actions import SPECS
from workers.rulebooks import library, sources

ALWAYS = "api:release"  # whether a rollback worked is seen by the events of the release that it made


def rules(settings: Settings) -> Rulebook:
    """The rules as a worker would read them, whether or not it could run them here.

    Raises SettingsError, RuleErrors.
    """
    return load(sources(settings), actions=SPECS, library=library())


def includes(book: Rulebook) -> tuple[str, ...]:
    """The entities that an app's webhook must tell of; rules that are off need none."""
    return tuple(sorted({ALWAYS, *(include for rule in at_work(book) for include in heard(rule))}))


def heard(rule: Rule) -> Iterator[str]:
    """What the rule is about, what it looks for besides, and what tells of its own effects."""
    partners = (partner for partner in (rule.after, rule.missing) if partner)
    for on in (rule.on, *(partner.on for partner in partners)):
        yield from (subscription.include for subscription in on)
    for step in (*rule.do, *rule.on_failure):
        yield from SPECS[step.action].hears


def at_work(book: Rulebook) -> tuple[Rule, ...]:
    """The rules that decide something, live or in shadow."""
    return tuple(rule for rule in book.rules if rule.mode is not Mode.OFF)
