"""Rules that hear what they do themselves.

The service knows its own effects and does not act on them; whoever writes such a rule should know that too.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from heroku.access import Level
from heroku.fields import field_at
from rules.errors import Fault
from rules.linting.clauses import clauses
from rules.linting.reading import denies, paths_in
from rules.linting.subject import Subject, Taken, warning
from rules.operators import compile_condition
from rules.subscriptions import ACTIONS
from rules.texts.templates import is_template

Facts = Mapping[str, tuple[Any, ...]]


class Effect(NamedTuple):
    """Events that come of a change that went well, and what can stand in them."""

    include: str
    actions: tuple[str, ...] = ACTIONS
    facts: Facts = MappingProxyType({})


RELEASED: Final = Effect("api:release", ("create", "update"), {"data.status": ("pending", "succeeded")})
RESTARTED: Final = (
    Effect("dyno", ("create", "update"), {"data.state": ("starting", "up"), "data.exit_status": (None,)}),
    Effect("dyno", ("destroy",), {"data.state": ("down",), "data.exit_status": (0, None)}),
    Effect("api:dyno", ("create",), {"data.state": ("starting", "up")}),
)
EFFECTS: Final[Mapping[str, tuple[Effect, ...]]] = {
    "apps": (Effect("api:app"),),
    "dynos": RESTARTED,
    "formation": (Effect("api:formation"), *RESTARTED),
    "config-vars": (RELEASED, *RESTARTED),
    "releases": (RELEASED, *RESTARTED),
    "builds": (Effect("api:build"), RELEASED, *RESTARTED),
    "add-ons": (Effect("api:addon"), Effect("api:addon-attachment"), RELEASED, *RESTARTED),
    "domains": (Effect("api:domain"),),
    "collaborators": (Effect("api:collaborator"),),
}
"""Group that is written to → the events that come of it."""

MOST_DYNOS: Final = 1_000
ADDED_OR_REMOVED: Final = ("api:addon", "api:addon-attachment", "api:collaborator", "api:domain")
OF_ACTIONS: Final[Mapping[str, Facts]] = {"rollback": {"data.description": ("Rollback to v41",)}}


def own_effects(subject: Subject) -> Iterator[Fault]:
    """One warning for each step whose effect would fit the rule again."""
    for taken in subject.steps():
        effect = next((one for one in _effects(taken) if _hears(subject, one)), None)
        if effect:
            message = f"what it does comes back as {effect.include} and fits this rule: that is recorded, not acted on"
            yield warning(taken.at, message, at_key=True)


def _effects(taken: Taken) -> Iterator[Effect]:
    if not taken.spec.changes:
        return
    for group, level in taken.spec.needed(taken.step.params):
        if level < Level.WRITE:
            continue
        for effect in EFFECTS.get(group, ()):
            actions = _one_way(taken) if effect.include in ADDED_OR_REMOVED else effect.actions
            yield effect._replace(actions=actions, facts={**effect.facts, **_facts(taken)})


def _one_way(taken: Taken) -> tuple[str, ...]:
    """What is only removed is destroyed, what is only added is made."""
    match "add" in taken.step.params, "remove" in taken.step.params:
        case True, False:
            return ("create", "update")
        case False, True:
            return ("destroy",)
    return ACTIONS


def _facts(taken: Taken) -> Facts:
    """What the step itself sees to: a quantity that it sets is the quantity that its effect tells of."""
    written = {
        f"data.{name}": (value,)
        for name, value in taken.step.params.items()
        if not is_template(value) and isinstance(value, (str, int, bool))
    }
    return {**written, **_bounded(taken), **OF_ACTIONS.get(taken.step.action, {})}


def _bounded(taken: Taken) -> Facts:
    """The quantities that a step leaves, if it says the least or the most of them."""
    low, high = (taken.step.params.get(name) for name in ("at_least", "at_most"))
    bounds = [bound for bound in (low, high) if bound is not None]
    if not bounds or not all(type(bound) is int for bound in bounds):
        return {}
    return {"data.quantity": tuple(range(low or 0, (MOST_DYNOS if high is None else high) + 1))}


def _hears(subject: Subject, effect: Effect) -> bool:
    listens = any(on.include == effect.include and on.action in (None, *effect.actions) for on in subject.rule.on)
    read = {path for text in subject.model.when or () for path in paths_in(text)}
    return listens and not read & effect.facts.keys() and all(_may_hold(subject, effect))


def _may_hold(subject: Subject, effect: Effect) -> Iterator[bool]:
    """For each clause that is about what is known: whether it can hold. All else may."""
    facts = effect.facts
    for looked in clauses(subject.model.match, ("match",)):
        if not looked.sure:
            continue
        if field_at(effect.include, looked.path) is None:
            yield denies(looked.operand)
        elif looked.path in facts:
            yield any(map(compile_condition(looked.operand).holds, facts[looked.path]))
    changed = subject.model.changed
    if changed and changed.to and changed.path in facts:
        yield bool(set(changed.to) & set(facts[changed.path]))
