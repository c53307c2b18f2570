"""Rules that may change something and that nothing holds back, and waits that outlast what they wait for."""

from collections.abc import Iterator

from rules.durations import in_words
from rules.errors import Fault
from rules.linting.subject import Subject, warning
from rules.suggesting import listed


def unlimited(subject: Subject) -> Iterator[Fault]:
    """One warning if a step changes something and there is no `limit`."""
    changing = [step.name for step, _, spec in subject.steps() if spec.changes]
    if changing and subject.rule.limit is None:
        message = f"{listed(changing)} may change something, and nothing stops a rule that fires too often"
        yield warning(("name",), f"{message}; write `limit: {{max: 3, within: 1d}}`, or what fits")


def waits_in_vain(subject: Subject) -> Iterator[Fault]:
    """One warning for each wait that cannot come to anything within the time that the rule gives it."""
    rule = subject.rule
    fresh = in_words(rule.fresh_within_seconds)
    if rule.quiet and rule.fresh_within_seconds < rule.quiet.seconds:
        told = in_words(rule.quiet.seconds)
        yield warning(("fresh_within",), f"an event is too old after {fresh}, and it must be quiet for {told} first")
    if rule.count and rule.fresh_within_seconds < rule.count.within_seconds / 10:
        told = in_words(rule.count.within_seconds)
        yield warning(
            ("fresh_within",), f"what is told {fresh} late is not counted, which makes a window of {told} short"
        )
    if rule.stop and rule.mode.value == "off":
        yield warning(("stop",), "a rule that is off stops nothing")
