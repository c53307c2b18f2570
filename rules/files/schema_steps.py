"""The steps of a rule in the JSON Schema: every action with its parameters."""

from collections.abc import Mapping
from inspect import getmodule
from typing import Any

from rules.actions import ActionSpec
from rules.files.schema_texts import TEMPLATE, as_written, or_text
from rules.steps import Actions


def step_definitions(actions: Actions, keys: Mapping[str, Any]) -> dict[str, Any]:
    """What a step is, and one definition for the parameters of each action and for what is inside them."""
    made: dict[str, Any] = {
        "Step": {
            "type": "object",
            "additionalProperties": False,
            "properties": {**{name: _step(spec) for name, spec in actions.items()}, **keys},
            "oneOf": [{"required": [name]} for name in actions],
        }
    }
    for name, spec in actions.items():
        made |= _parameters(name, spec)
    return made


def _step(spec: ActionSpec) -> dict[str, Any]:
    """Parameters, or nothing at all where none is needed."""
    parameters = {"$ref": f"#/$defs/{spec.name}"}
    told = {"description": _words(spec)}
    needed = any(field.is_required() for field in spec.params.model_fields.values())
    return {**told, **parameters} if needed else {**told, "anyOf": [parameters, {"type": "null"}]}


def _parameters(name: str, spec: ActionSpec) -> dict[str, Any]:
    made = spec.params.model_json_schema(mode="validation", ref_template=f"#/$defs/{name}.{{model}}")
    inner: dict[str, Any] = made.pop("$defs", {})
    definitions = {name: made, **{f"{name}.{key}": told for key, told in inner.items()}}
    for definition in definitions.values():
        definition.pop("title", None)
        properties = definition.get("properties", {})
        properties |= {key: or_text(as_written(told), TEMPLATE) for key, told in properties.items()}
    made["additionalProperties"] = made.get("additionalProperties", False)
    made["description"] = _words(spec)
    return definitions


def _words(spec: ActionSpec) -> str:
    """What an action does: the first line of its file, which begins with its name."""
    module = getmodule(spec.params)
    name, _, does = ((module and module.__doc__) or "").partition("\n")[0].partition(": ")
    if name != f"`{spec.name}`":
        return " ".join((spec.params.__doc__ or spec.name).split())
    return does[:1].upper() + does[1:]
