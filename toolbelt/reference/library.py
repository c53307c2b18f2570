"""The made parts of docs/library.md: the rules that ship, each with its story, what it needs and what it takes."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from heroku.scopes import least
from rules.durations import in_words
from rules.files.loading import load
from rules.files.parameters import Parameter, declared
from rules.files.positions import to_data
from rules.files.reading import Source, read
from rules.rulebook import Rule
from toolbelt import needs
from toolbelt.reference.tables import table
from workers.actions import SPECS
from workers.credentials import endpoints
from workers.rulebooks import AGENT, library

FOLDER: Final = "../rules/library"  # from the page
TURN_ON: Final = """\
```yaml
version: 1
rules:
  - use: {name}
    mode: live
{values}```
"""


class Shipped(NamedTuple):
    """A rule of the library: compiled, with an example where a value must be given, and as it is written."""

    rule: Rule
    parameters: Mapping[str, Parameter]
    story: Sequence[str]

    @property
    def name(self) -> str:
        """As it is called."""
        return self.rule.name


@cache
def shipped() -> tuple[Shipped, ...]:
    """All of them, in the order of their files."""
    return tuple(map(_shipped, library()))


def _shipped(source: Source) -> Shipped:
    book = load([source], actions=SPECS)
    [rule] = [*book.rules, *(template.example for template in book.templates if template.example)]
    root, _ = read(source)
    [raw] = to_data(root)["rules"] if root else [{}]
    return Shipped(rule, declared(raw), tuple(_story(source.text)))


def _story(text: str) -> Iterator[str]:
    """The paragraphs of the comment on top, but for the line that names the schema."""
    head = text.partition("\nversion: 1\n")[0].splitlines()[1:]
    yield from "\n".join(line.removeprefix("#").strip() for line in head).split("\n\n")


def _index() -> str:
    rows = [(f"[{each.name}](#{each.name})", each.rule.description) for each in shipped()]
    return table(("Rule", "What it is for"), rows)


def _rules() -> str:
    return "\n".join(map(_chapter, shipped()))


def _chapter(each: Shipped) -> str:
    """One rule's own part of the page."""
    link = f"[{each.name}.yaml]({FOLDER}/{each.name}.yaml)"
    parts = (
        f"### {each.name}\n",
        *(f"{paragraph}\n" for paragraph in each.story),
        table(("It", ""), _facts(each.rule)),
        table(("Takes", "Default", "Meaning"), map(_parameter, each.parameters, each.parameters.values())),
        f"As it stands, with its tests: {link}. To turn it on:\n",
        TURN_ON.format(name=each.name, values=_needed(each.parameters)),
    )
    return "\n".join(parts)


def _facts(rule: Rule) -> Iterator[tuple[str, str]]:
    """What it needs, and what holds it back."""
    yield "hears", _codes(dict.fromkeys(needs.heard(rule)))
    yield "does", _codes(dict.fromkeys(step.action for step in rule.do))
    if rule.access:
        yield "may use", ", ".join(f"`{group}: {level.word}`" for group, level in rule.access.items())
    if scopes := least(endpoints(rule)):
        yield "needs the scope", _codes(scopes)
    if any(step.action == AGENT for step in rule.do):
        yield "asks an agent", "`INFERENCE_URL`, `INFERENCE_KEY` and `INFERENCE_MODEL_ID` must be set once it is live"
    if rule.approve_within_seconds:
        yield (
            "asks a person",
            f"before its first step; no answer within {in_words(rule.approve_within_seconds)} is a no",
        )
    if rule.limit:
        yield "stops itself", f"after {rule.limit.max} runs within {in_words(rule.limit.within_seconds)}"


def _parameter(name: str, parameter: Parameter) -> tuple[str, str, str]:
    default = "must be given" if parameter.is_needed else f"`{_written(parameter.values['default'])}`"
    return f"`{name}`", default, parameter.description


def _needed(parameters: Mapping[str, Parameter]) -> str:
    """The line with the values that it cannot do without."""
    given = {name: each.values.get("example") for name, each in parameters.items() if each.is_needed}
    told = ", ".join(f"{name}: {_written(value)}" for name, value in given.items())
    return f"    with: {{{told}}}\n" if told else ""


def _written(value: Any) -> str:
    """As one would write it in a rule file, in a line."""
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return value if isinstance(value, str) else json.dumps(value)


def _codes(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


PARTS: Final[Mapping[str, Callable[[], str]]] = {"index": _index, "rules": _rules}
