"""One rule of a file, checked in every respect and compiled."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from rules.correlations import Correlations, correlations, fitting
from rules.errors import Fault
from rules.files.access_checks import access_faults, limit_faults
from rules.files.combining import combination_faults
from rules.files.environment_checks import environment_faults
from rules.files.expression_checks import if_faults, when_clauses
from rules.files.phrasing import faults_of
from rules.files.target_checks import target_faults
from rules.files.template_checks import template_faults
from rules.keys import key_at
from rules.matching import EVERYTHING, Match
from rules.model import EVENTS_APP, RuleModel
from rules.rulebook import Count, Limit, Rule, Target, digest_of
from rules.steps import Actions, Steps, read_steps
from rules.subscriptions import parse
from rules.values import Mode

# What stands in for a broken part while the other parts are checked, so that one look tells all that is wrong.
_STAND_INS: dict[str, Any] = {"name": "nameless", "on": ["dyno.create"], "do": [{}]}
_BLANK_INSIDE = ("count", "after", "missing", "quiet_for", "changed", "limit")


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule may refer to."""

    actions: Actions
    targets: Mapping[str, Target]
    environment: Mapping[str, str] | None = None


def build(raw: Any, known: Known) -> tuple[Rule | None, list[Fault]]:
    """The rule that `raw` describes, or everything that is wrong with it."""
    if not isinstance(raw, dict):
        return None, [Fault((), "must be a mapping with name, on and do")]
    model, faults = _shaped(raw)
    broken = {str(fault.path[0]) for fault in faults if fault.path}
    match, found = _match(model)
    faults += _unless("match" in broken, found)
    clauses, found = when_clauses(model.when or (), listed=isinstance(raw.get("when"), list))
    faults += found
    correlated, found = correlations(model)
    faults += [*found, *combination_faults(model)]
    steps, found = read_steps({"do": model.do, "on_failure": model.on_failure}, known.actions)
    whole = not found
    faults += [fault for fault in found if fault.path[0] not in broken]
    faults += _unless("access" in broken, access_faults(steps, model.access, known.actions))
    faults += _unless("limit" in broken or model.limit is not None, limit_faults(steps, known.actions))
    faults += target_faults(steps, known.targets)
    faults += _unless(model.mode is not Mode.LIVE, environment_faults(steps, known.actions, known.environment))
    faults += template_faults(steps, whole=whole)
    faults += if_faults(steps, whole=whole)
    if faults or match is None:
        return None, faults
    return _compiled(model, match.also(clauses), correlated, steps), []


def _shaped(raw: dict[str, Any]) -> tuple[RuleModel, list[Fault]]:
    faults = list(_blanks(raw))
    try:
        return RuleModel.model_validate(raw), faults
    except ValidationError as error:
        blank = {fault.path for fault in faults}
        faults += [fault for fault in faults_of(error, RuleModel, raw) if fault.path not in blank]
        broken = {fault.path[0] for fault in faults}
        sound = {key: value for key, value in raw.items() if key not in broken}
        return RuleModel.model_validate(_STAND_INS | sound), faults


def _blanks(raw: dict[str, Any], *path: str) -> Iterator[Fault]:
    """A key without a value would count as absent, which nobody means who wrote it. `match` has words of its own."""
    for key, value in raw.items():
        if value is None and key != "match":
            yield Fault((*path, key), "has no value: give it one, or leave it out", at_key=True)
        elif isinstance(value, dict) and key in _BLANK_INSIDE:
            yield from _blanks(value, *path, key)


def _unless(told: bool, faults: list[Fault]) -> list[Fault]:  # noqa: FBT001
    """Faults, unless they only follow from another one that is told already."""
    return [] if told else faults


def _match(model: RuleModel) -> tuple[Match | None, list[Fault]]:
    blank = model.match is None and "match" in model.model_fields_set
    if model.when and model.match is None and not blank:
        return EVERYTHING, []
    return fitting({} if blank else model.match, model.on)


def _compiled(model: RuleModel, match: Match, correlated: Correlations, steps: Steps) -> Rule:
    count, limit = model.count, model.limit
    return Rule(
        name=model.name,
        description=model.description,
        mode=model.mode,
        on=tuple(parse(text) for text in model.on),
        match=match,
        each=" and ".join(model.each) if model.each else None,
        count=Count(count.at_least, count.within) if count else None,
        fresh_within_seconds=model.fresh_within,
        cooldown_seconds=model.cooldown,
        limit=Limit(limit.max, limit.within) if limit else None,
        overlap=model.overlap,
        give_up_after_seconds=model.give_up_after or model.fresh_within,
        access=dict(model.access),
        on_apps=tuple(model.on_apps),
        do=tuple(step for written, step in steps if written.part == "do"),
        on_failure=tuple(step for written, step in steps if written.part == "on_failure"),
        digest=digest_of(_told(model)),
        after=correlated.after,
        missing=correlated.missing,
        quiet=correlated.quiet,
        changed=correlated.changed,
        stop=model.stop,
        approve_within_seconds=model.approve_within,
        names_apps=_apps_named(model),
        key_of=key_at(model.each) if model.each else None,
    )


def _told(model: RuleModel) -> dict[str, Any]:
    """All that a rule does, as JSON values; in mappings whose order means nothing it is always the same."""
    told = model.model_dump(mode="json", exclude_defaults=True, exclude={"description", "with_"})
    for inner, key in ((told, "access"), (told.get("after", {}), "same"), (told.get("missing", {}), "same")):
        if key in inner:
            inner[key] = dict(sorted(inner[key].items()))
    return told


def _apps_named(model: RuleModel) -> frozenset[str]:
    """The apps that the rule writes out in full, by id or name: a glob names none."""
    names = {name for name in model.on_apps if name != EVENTS_APP and not set(name) & set("*?[")}
    for path in ("app.id", "app.name"):
        wanted = (model.match or {}).get(path)
        names.update(item for item in (wanted if isinstance(wanted, list) else [wanted]) if isinstance(item, str))
    return frozenset(names)
