"""What a run would do, step by step in words, as far as it can be known before it begins."""

from collections.abc import Iterable, Mapping
from typing import Any

from rules.rulebook import Step
from rules.shown import shown
from rules.templates import TemplateError, compile_template, is_template

ERROR = "error"  # of a step that failed: known when it has


def steps_in_words(steps: Iterable[Step], context: Mapping[str, Any]) -> list[str]:
    """A line for each step: its action, and its parameters with those templates rendered that ask for no other step."""
    return [_step(step, context) for step in steps]


def _step(step: Step, context: Mapping[str, Any]) -> str:
    named = "" if step.name == step.action else f"{step.name}: "
    params = "; ".join(f"{key}: {_value(value, context)}" for key, value in step.params.items())
    condition = f", if {step.condition}" if step.condition else ""
    goes_on = ", and go on if it fails" if step.continue_on_failure else ""
    return f"{named}{step.action}{f' ({params})' if params else ''}{condition}{goes_on}"


def _value(value: Any, context: Mapping[str, Any]) -> str:
    """Of a mapping only the names: values of config vars, headers and the like are nobody's business."""
    if isinstance(value, Mapping):
        return ", ".join(map(str, value)) or "nothing"
    if isinstance(value, list):
        return ", ".join(_value(inner, context) for inner in value)
    return shown(_known(value, context) if is_template(value) else value)


def _known(text: str, context: Mapping[str, Any]) -> str:
    """What a template comes to; as it is written if it tells of what is still to come."""
    try:
        template = compile_template(text)
        return text if template.steps or ERROR in template.names() else template.render(context)
    except TemplateError:
        return text
