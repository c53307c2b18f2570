"""The JSON Schema of rule files, for editors that complete and check while one types."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from heroku.access import GROUPS
from rules.durations import in_words
from rules.files.schema_steps import step_definitions
from rules.files.schema_texts import PARAMETER, as_written, or_text
from rules.model import DEFAULT_FRESH, STEP_KEYS, RuleFile
from rules.operators import OPERATORS
from rules.steps import Actions
from rules.target_kinds import KINDS
from rules.values import NAME_PATTERN

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
ABOUT: Final = "What a file of Dynohook's rules may say. Made by `bin/dynohook rules schema`."
_RULE: Final = "RuleModel"
_USE: Final = "UseModel"


def schema(actions: Actions) -> dict[str, Any]:
    """The schema, from the model that loading uses and the parameters of `actions`.

    Loading checks more: names, access, targets, templates, expressions.
    """
    made = RuleFile.model_json_schema(mode="validation")
    definitions: dict[str, Any] = made["$defs"]
    for definition in (made, *definitions.values()):
        for key, told in definition.get("properties", {}).items():
            definition["properties"][key] = as_written(told)
    _complete_rule(definitions)
    made["properties"]["rules"]["items"] = {
        "if": {"required": ["use"]},
        "then": {"$ref": f"#/$defs/{_USE}"},
        "else": {"$ref": f"#/$defs/{_RULE}"},
    }
    kinds = {"oneOf": [{"$ref": f"#/$defs/target.{kind}"} for kind in KINDS]}
    made["properties"]["targets"] |= {"patternProperties": {NAME_PATTERN: kinds}, "additionalProperties": False}
    definitions |= {f"target.{kind}": _target(model) for kind, model in KINDS.items()}
    definitions |= step_definitions(actions, STEP_KEYS)
    definitions |= {"Match": _match(), "Condition": _condition()}
    return {"$schema": DIALECT, **made, "title": "Dynohook rules", "description": ABOUT}


def _complete_rule(definitions: dict[str, Any]) -> None:
    """What pydantic cannot know: the shape of a match and of a step, the groups, a default in words."""
    rule = definitions[_RULE]["properties"]
    for inner in (rule, definitions["PartnerModel"]["properties"]):
        inner["match"] = {"description": inner["match"]["description"], "$ref": "#/$defs/Match"}
    rule["fresh_within"]["default"] = in_words(DEFAULT_FRESH).replace(" ", "")
    rule["access"]["propertyNames"] = {"enum": list(GROUPS)}
    for part in ("do", "on_failure"):
        rule[part]["items"] = {"$ref": "#/$defs/Step"}
    for key, told in rule.items():
        rule[key] = told if key in {"name", "with"} else or_text(told, PARAMETER)
    for name in ("PartnerModel", "CountModel", "QuietModel", "LimitModel"):
        inner = definitions[name]["properties"]
        inner |= {key: or_text(told, PARAMETER) for key, told in inner.items()}
    use: Mapping[str, Any] = definitions[_USE]["properties"]
    definitions[_USE]["properties"] = {**use, **{key: told for key, told in rule.items() if key not in use}}


def _target(model: type[BaseModel]) -> dict[str, Any]:
    made = model.model_json_schema(mode="validation")
    return {
        **{name: told for name, told in made.items() if name != "title"},
        "properties": {key: as_written(told) for key, told in made["properties"].items()},
    }


def _match() -> dict[str, Any]:
    several = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Match"}}
    groups = {
        "any": "A list of matches; one of them must hold.",
        "all": "A list of matches; all of them must hold.",
        "none": "A list of matches; none of them may hold.",
    }
    return {
        "type": "object",
        "minProperties": 1,
        "properties": {name: {"description": told, **several} for name, told in groups.items()},
        "additionalProperties": {"$ref": "#/$defs/Condition"},
    }


def _condition() -> dict[str, Any]:
    """A scalar, a list of them, or a mapping of operators."""
    inner = {"$ref": "#/$defs/Condition"}
    several = {"type": "array", "minItems": 1, "items": inner}
    scalar = {"type": ["string", "number", "boolean"]}
    text = {"type": "string", "minLength": 1}
    number = or_text({"type": "number"}, PARAMETER)
    operands: dict[str, Any] = {
        **dict.fromkeys(("glob", "prefix", "suffix"), text),
        **dict.fromkeys(("gt", "gte", "lt", "lte"), number),
        **dict.fromkeys(("any", "all", "none"), several),
        "contains": scalar,
        "exists": {"type": "boolean"},
        "not": inner,
    }
    operators = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {name: {"description": OPERATORS_TOLD[name], **operands[name]} for name in OPERATORS},
    }
    return {"anyOf": [scalar, {"type": "array", "minItems": 1, "items": scalar}, operators]}


OPERATORS_TOLD: Final[Mapping[str, str]] = {
    "not": "The value is anything else, or missing.",
    "glob": "The text fits a pattern: * stands for any characters, ? for one, [ab] for one of these.",
    "prefix": "The text begins so.",
    "suffix": "The text ends so.",
    "contains": "The text has this in it, or the list has this item.",
    "gt": "The number is greater.",
    "gte": "The number is at least that.",
    "lt": "The number is less.",
    "lte": "The number is at most that.",
    "exists": "true: there is a value; false: it is missing or null.",
    "any": "A list of conditions; one of them holds.",
    "all": "A list of conditions; all of them hold.",
    "none": "A list of conditions; none of them holds.",
}
"""What each operator means, for editors and for the reference."""
