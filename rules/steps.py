"""A rule's steps: each an action that exists, with parameters that fit it, under a name of its own."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rules.actions import ActionSpec
from rules.errors import Fault
from rules.files.phrasing import faults_of
from rules.model import STEP_KEYS
from rules.rulebook import Step
from rules.step_names import fault_of_name, named
from rules.suggesting import closest, listed
from rules.texts.templates import is_template
from rules.values import MAX_EXPRESSION

Actions = Mapping[str, ActionSpec]


class Written(NamedTuple):
    """A step as it stands in the file: its list, its index there, and what was written."""

    part: str
    number: int
    action: str
    params: dict[str, Any]
    name: str | None
    condition: str | None = None
    continue_on_failure: bool = False

    @property
    def path(self) -> tuple[str | int, ...]:
        """Where its parameters stand in the rule."""
        return (self.part, self.number, self.action)


Steps = list[tuple[Written, Step]]


def read_steps(lists: Mapping[str, list[dict[str, Any]]], actions: Actions) -> tuple[Steps, list[Fault]]:
    """The steps of `do` and `on_failure`, which share one set of names, and what is wrong with them."""
    faults: list[Fault] = []
    written = []
    for part, raws in lists.items():
        for index, raw in enumerate(raws):
            step, found = _read(part, index, raw, actions)
            faults.extend(found)
            if step:
                written.append(step)
    names, twice = named([(step.action, step.name) for step in written])
    faults.extend(fault.under(*written[index].path[:2]) for index, fault in twice)
    steps = [
        Step(name, step.action, step.params, step.condition, step.continue_on_failure)
        for name, step in zip(names, written, strict=True)
    ]
    return list(zip(written, steps, strict=True)), faults


def _read(part: str, index: int, raw: Any, actions: Actions) -> tuple[Written | None, list[Fault]]:
    chosen = [key for key in raw if key not in STEP_KEYS] if isinstance(raw, dict) else []
    if len(chosen) != 1:
        return None, [Fault((part, index), "must be one action with its parameters, like {rollback: {to: last-good}}")]
    action = chosen[0]
    faults = [fault.under(part, index) for fault in _option_faults(raw)]
    wrong = {fault.path[-1] for fault in faults}
    name, condition, goes_on = (None if key in wrong else raw.get(key) for key in STEP_KEYS)
    if action not in actions:
        message = f"is not an action; actions are {listed(sorted(actions))}"
        return None, [*faults, Fault((part, index, action), message, closest(action, actions), at_key=True)]
    params = {} if raw[action] is None else raw[action]
    if not isinstance(params, dict):
        return None, [
            *faults,
            Fault((part, index, action), f"must be a mapping of parameters{_shape(actions[action])}"),
        ]
    faults.extend(fault.under(part, index, action) for fault in _params_faults(actions[action], params))
    return Written(part, index, action, params, name, condition, bool(goes_on)), faults


def _option_faults(raw: dict[str, Any]) -> list[Fault]:
    """What is wrong with a step beside its action."""
    faults = []
    if "name" in raw and (fault := fault_of_name(raw["name"])):
        faults.append(fault.under("name"))
    if "if" in raw and (not isinstance(raw["if"], str) or not 0 < len(raw["if"]) <= MAX_EXPRESSION):
        faults.append(Fault(("if",), "must be an expression, like 'steps.rollback.outcome == \"done\"'"))
    if not isinstance(raw.get("continue_on_failure", False), bool):
        faults.append(Fault(("continue_on_failure",), "must be true or false"))
    return faults


def _shape(spec: ActionSpec) -> str:
    needed = [field.alias or name for name, field in spec.params.model_fields.items() if field.is_required()]
    return f", like {{{', '.join(f'{name}: …' for name in needed)}}}" if needed else ""


def _params_faults(spec: ActionSpec, params: dict[str, Any]) -> list[Fault]:
    """A key without a value would count as absent, which nobody means who wrote it."""
    blank = [key for key, value in params.items() if value is None]
    faults = [Fault((key,), "has no value: give it one, or leave it out", at_key=True) for key in blank]
    try:
        spec.params.model_validate(params, extra="forbid")
    except ValidationError as error:
        found = faults_of(error, spec.params, params, excused=_is_yet_to_be_rendered)
        faults += [fault for fault in found if not blank or (fault.path and fault.path[0] not in blank)]
    return faults


def _is_yet_to_be_rendered(details: ErrorDetails) -> bool:
    """A template stands where a text may: whether the text will fit is seen when it is rendered."""
    kind = details["type"]
    return is_template(details["input"]) and (kind.startswith("string_") or kind in {"value_error", "refused"})
