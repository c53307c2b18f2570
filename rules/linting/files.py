"""What surrounds the rules of a file: targets that nobody uses, tests of samples, rules and steps that do not exist."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from heroku import samples
from heroku.events import read
from heroku.fields import FIELDS, field_at
from rules.errors import Fault
from rules.files.target_checks import NOTIFY, TO
from rules.linting.paths import suggested
from rules.linting.subject import Place, warning
from rules.rulebook import Rule, Rulebook
from rules.suggesting import closest
from rules.targets import BUILT_IN
from rules.trials.cases import EventModel, TestModel
from rules.trials.misspelt import misspelt
from rules.trials.rehearsing import APPROVAL


def lint_file(data: Mapping[str, Any], book: Rulebook) -> list[Fault]:
    """Every warning about a file that loads, but for its rules; `book` is what it loads to."""
    examples = [template.example for template in book.templates if template.example]
    rules = {rule.name: rule for rule in (*book.rules, *examples)}
    tests = [TestModel.model_validate(test) for test in data.get("tests") or ()]
    unused = _unused(data.get("targets") or (), rules.values())
    return [*unused, *(fault for number, test in enumerate(tests) for fault in _odd(test, ("tests", number), rules))]


def _unused(targets: Iterable[str], rules: Iterable[Rule]) -> Iterator[Fault]:
    used = {name for rule in rules for step in (*rule.do, *rule.on_failure) for name in _told(step.action, step.params)}
    for name in targets:
        if name not in used and name not in BUILT_IN:
            yield warning(("targets", name), "no rule tells this target anything", at_key=True)


def _told(action: str, params: Mapping[str, Any]) -> list[str]:
    to = params.get(TO, []) if action == NOTIFY else []
    return [to] if isinstance(to, str) else list(to)


def _odd(test: TestModel, at: Place, rules: Mapping[str, Rule]) -> Iterator[Fault]:
    for number, event in enumerate(test.events):
        if event.sample is not None and event.sample not in samples.names():
            near = closest(event.sample, samples.names())
            yield warning((*at, "events", number, "sample"), "there is no such sample", near)
        elif event.sample is not None:
            yield from _added(event, (*at, "events", number, "with"))
    for fault in misspelt(test, list(rules.values()), known=APPROVAL):
        yield replace(fault.under(*at), severity="warning")


def _added(event: EventModel, at: Place) -> Iterator[Fault]:
    """What a test changes in a sample, and no event of that entity has: mostly a slip, and the test shows nothing."""
    include = read(samples.encode(samples.sample(event.sample or ""))).include
    for path in event.with_ if include in FIELDS else ():
        if field_at(include, path) is None and (near := suggested(include, path)):
            yield warning((*at, path), f"{include} has no {path}, as far as is known: it is added", near, at_key=True)
