"""Names of rules and steps that a test misspells."""

from collections.abc import Iterator, Sequence

from rules.errors import Fault
from rules.rulebook import Rule
from rules.suggesting import closest
from rules.trials.cases import TestModel


def misspelt(test: TestModel, rules: Sequence[Rule], *, known: str) -> Iterator[Fault]:
    """One fault for each name that none of `rules`, or none of their steps, has; `known` is what else may be given."""
    names = [rule.name for rule in rules]
    named = [(("expect", number, "rule"), each.rule) for number, each in enumerate(test.expect)]
    named += [(("expect_not", number, "rule"), each.rule) for number, each in enumerate(test.expect_not)]
    for at, name in named:
        if name not in names:
            yield Fault(at, f"there is no rule {name} that this test is about", closest(name, names))
    steps = {step.name for rule in rules for step in (*rule.do, *rule.on_failure)}
    for name in test.given:
        if name not in steps and name != known:
            message = f"no rule that this test is about has a step {name}"
            yield Fault(("given", name), message, closest(name, steps), at_key=True)
