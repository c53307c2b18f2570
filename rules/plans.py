"""What a run would do, step by step in words, as far as it can be known before it begins."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rules.rulebook import Step
from rules.texts.shown import shown
from rules.texts.templates import TemplateError, compile_template, is_template

ERROR, STEPS = "error", "steps"  # what is known when steps were taken


def steps_in_words(steps: Iterable[Step], context: Mapping[str, Any]) -> list[str]:
    """A line for each step: its action, and its parameters with the templates in them rendered."""
    return [_step(step, lambda text: _known(text, context)) for step in steps]


def steps_as_written(steps: Iterable[Step]) -> list[str]:
    """The same with the templates as they stand in the rule, where there is no event to render them for."""
    return [_step(step, lambda text: text) for step in steps]


def _step(step: Step, known: Callable[[str], str]) -> str:
    named = "" if step.name == step.action else f"{step.name}: "
    params = "; ".join(f"{key}: {_value(value, known)}" for key, value in step.params.items())
    condition = f", if {step.condition}" if step.condition else ""
    goes_on = ", and go on if it fails" if step.continue_on_failure else ""
    return f"{named}{step.action}{f' ({params})' if params else ''}{condition}{goes_on}"


def _value(value: Any, known: Callable[[str], str]) -> str:
    """Of a mapping only the names: values of config vars, headers and the like are nobody's business."""
    if isinstance(value, Mapping):
        return ", ".join(map(str, value)) or "nothing"
    if isinstance(value, list):
        return ", ".join(_value(inner, known) for inner in value)
    return shown(known(value) if is_template(value) else value)


def _known(text: str, context: Mapping[str, Any]) -> str:
    """What a template comes to, with a mark for what only a step before it will tell; as written if that decides."""
    try:
        template = compile_template(text)
        decides = "{%" in text or ERROR in template.names()
        to_come = {name: _ToCome(name) for name in template.steps}
        return text if decides else template.render({**context, STEPS: to_come})
    except TemplateError:
        return text


class _ToCome(dict[str, str]):
    """What a step will have come to."""

    def __init__(self, step: str) -> None:
        super().__init__()
        self._step = step

    def get(self, key: str, default: Any = None) -> str:  # noqa: ARG002
        return f"<{self._step}.{key}>"
