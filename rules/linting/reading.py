"""Every path that a rule reads, wherever it stands: in match, in expressions, in templates."""

from collections.abc import Iterator
from typing import NamedTuple

from rules.linting.clauses import clauses
from rules.linting.subject import Place, Subject
from rules.model import PartnerModel, RuleModel
from rules.paths import INNER_FIELDS
from rules.subscriptions import parse
from rules.texts.expression_syntax import field_path
from rules.texts.expressions import STEP_NAMES, compile_expression
from rules.texts.templates import compile_template, templates_in

NEVER = "this can never hold"
ALWAYS = "this always holds"
FAILS = "the expression cannot be true there"
PRINTS = "it prints nothing"
NO_KEY = "the rule never acts"


class PathUse(NamedTuple):
    """A path, the entities whose events it leads into, and what comes of it where there is no such field.

    `in_each`: all of the entities must know it, not just one of them. `text`: the expression or template that it
    stands in.
    """

    path: str
    includes: tuple[str, ...]
    at: Place
    so: str
    in_each: bool = False
    at_key: bool = False
    text: str = ""


def paths_of(subject: Subject) -> Iterator[PathUse]:
    """All of them, in the order of the rule's keys."""
    model, ours = subject.model, _includes(subject.model.on)
    yield from _of_match(model, "match", (), ours)
    for place, text in subject.expressions():
        yield from _of_expression(text, place, ours)
    keys = model.each or []
    for index, path in enumerate(keys):
        yield PathUse(path, ours, ("each", index) if len(keys) > 1 else ("each",), NO_KEY, in_each=True)
    if model.changed:
        yield PathUse(model.changed.path, ours, ("changed", "path"), "it never changes", in_each=True)
    for part in ("after", "missing"):
        yield from _of_partner(getattr(model, part), part, ours)
    yield from _of_steps(subject, ours)


def paths_in(expression: str) -> tuple[str, ...]:
    """The paths into the event that an expression looks at."""
    looks = compile_expression(expression, STEP_NAMES).looks
    return tuple(dict.fromkeys(path for parts in looks.paths if (path := field_path(parts))))


def _includes(on: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(parse(text).include for text in on))


def _of_match(model: RuleModel | PartnerModel, key: str, at: Place, includes: tuple[str, ...]) -> Iterator[PathUse]:
    for looked in clauses(model.match, (*at, key)):
        absent = denies(looked.operand)
        so = ALWAYS if absent else NEVER
        yield PathUse(looked.path, includes, looked.at, so, in_each=looked.sure and not absent, at_key=True)


def denies(operand: object) -> bool:
    """Whether a missing field fits."""
    if not isinstance(operand, dict):
        return False
    return all(name in {"not", "none"} or (name == "exists" and inner is False) for name, inner in operand.items())


def _of_expression(text: str, at: Place, includes: tuple[str, ...]) -> Iterator[PathUse]:
    for path in paths_in(text):
        yield PathUse(path, includes, at, FAILS, text=text)
    for include, path in _of_release(text, includes):
        yield PathUse(path, (include,), at, FAILS)


def _of_release(text: str, includes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What an expression asks of `release`: the event's own, or that of its dyno or build."""
    for root, *rest in compile_expression(text, STEP_NAMES).looks.paths:
        if root == "release":
            for include in includes:
                yield include, ".".join(("data", *([] if include == "api:release" else ["release"]), *rest))


def _of_partner(partner: PartnerModel | None, part: str, ours: tuple[str, ...]) -> Iterator[PathUse]:
    if partner is None:
        return
    theirs = _includes(partner.on)
    yield from _of_match(partner, "match", (part,), theirs)
    for our, their in partner.same.items():
        yield PathUse(our, ours, (part, "same", our), "no other event is the same", in_each=True, at_key=True)
        yield PathUse(their, theirs, (part, "same", our), "it is never the same", in_each=True)


def _of_steps(subject: Subject, includes: tuple[str, ...]) -> Iterator[PathUse]:
    for step, at, _ in subject.steps():
        for inside, text in templates_in(step.params):
            for path in _of_template(text):
                yield PathUse(path, includes, (*at, *inside), PRINTS, text=text)


def _of_template(text: str) -> Iterator[str]:
    """The paths into the event, the longest of those that begin alike."""
    found = {path.removeprefix("event.") for path in compile_template(text).paths}
    for path in sorted(found):
        root = path.partition(".")[0]
        inside = root == "data" or root in INNER_FIELDS
        if inside and not any(other.startswith(f"{path}.") for other in found):
            yield path
