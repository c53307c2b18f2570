"""How far tests cover rules: each must have been seen to fire in one that passed, and seen not to."""

from collections.abc import Iterable
from typing import NamedTuple

from rules.model import Mode
from rules.trials.suites import Suite
from rules.trials.testing import Result


class Coverage(NamedTuple):
    """What was seen of a rule that could fire."""

    rule: str
    fired: bool
    spared: bool

    @property
    def whole(self) -> bool:
        """Whether both were seen."""
        return self.fired and self.spared


def coverage(tested: Iterable[tuple[Suite, Iterable[Result]]]) -> list[Coverage]:
    """One line for each rule of the suites that is not off, in their order."""
    seen: dict[str, Coverage] = {}
    for suite, results in tested:
        passed = [result for result in results if result.passed]
        fired = {name for result in passed for name in result.fired}
        spared = {name for result in passed for name in result.spared}
        for rule in suite.book.rules:
            if rule.mode is not Mode.OFF:
                before = seen.get(rule.name, Coverage(rule.name, fired=False, spared=False))
                both = before.fired or rule.name in fired, before.spared or rule.name in spared
                seen[rule.name] = Coverage(rule.name, *both)
    return list(seen.values())
