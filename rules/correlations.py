"""What a rule asks of other events than its own: after, missing, quiet_for, changed; checked and compiled."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from rules.durations import LONGEST
from rules.errors import Fault
from rules.matching import EVERYTHING, BadMatch, Match, compile_match
from rules.model import ChangedModel, PartnerModel, QuietModel, RuleModel
from rules.rulebook import Changed, Partner, Quiet, digest_of
from rules.subscriptions import parse

MAX_WAIT_FACTOR: Final = 10.0


class Correlations(NamedTuple):
    """All that a rule asks of other events."""

    after: Partner | None
    missing: Partner | None
    quiet: Quiet | None
    changed: Changed | None


def correlations(model: RuleModel) -> tuple[Correlations, list[Fault]]:
    """What `model` asks of other events, and what is wrong with it."""
    after, faults = _partner("after", model.after)
    missing, found = _partner("missing", model.missing)
    return Correlations(after, missing, _quiet(model.quiet_for), _changed(model.changed)), [*faults, *found]


def fitting(match: Mapping[str, Any] | None, on: list[str]) -> tuple[Match | None, list[Fault]]:
    """A compiled `match`. It may only be absent (not empty) where `on` alone does not let every event through."""
    if match is None:
        wide = [text for text in on if parse(text).action is None]
        if not wide:
            return EVERYTHING, []
        message = f"is missing: without it `on` must name an action, like {wide[0]}.create, or every event would fit"
        return None, [Fault(("match",), message)]
    try:
        return compile_match(match), []
    except BadMatch as error:
        return None, [fault.under("match") for fault in error.faults]


def _partner(key: str, model: PartnerModel | None) -> tuple[Partner | None, list[Fault]]:
    if model is None:
        return None, []
    blank = model.match is None and "match" in model.model_fields_set
    match, faults = fitting({} if blank else model.match, model.on)
    on = tuple(parse(text) for text in model.on)
    same = tuple(sorted(model.same.items()))
    digest = digest_of([sorted(model.on), model.match, [theirs for _, theirs in same]])
    partner = Partner(on, match or EVERYTHING, model.within, same, digest)
    return partner, [fault.under(key) for fault in faults]


def _quiet(model: QuietModel | None) -> Quiet | None:
    return Quiet(model.for_, model.max_wait or min(LONGEST, model.for_ * MAX_WAIT_FACTOR)) if model else None


def _changed(model: ChangedModel | None) -> Changed | None:
    if model is None:
        return None
    was, now = (None if values is None else tuple(values) for values in (model.from_, model.to))
    return Changed(model.path, was, now)
