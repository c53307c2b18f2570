"""The JSON Schema of rule files, for editors that complete and check while one types."""

from typing import Any, Final

from heroku.access import GROUPS
from rules.durations import in_words
from rules.model import DEFAULT_FRESH, RuleFile
from rules.operators import OPERATORS

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The schema, from the model that loading uses. Loading checks more: names, access, targets, templates."""
    made = RuleFile.model_json_schema(mode="validation")
    definitions = made["$defs"]
    for definition in (made, *definitions.values()):
        for key, told in definition["properties"].items():
            definition["properties"][key] = _as_written(told)
    rule = definitions["RuleModel"]["properties"]
    for inner in (rule, definitions["PartnerModel"]["properties"]):
        inner["match"] = {"description": inner["match"]["description"], "$ref": "#/$defs/Match"}
    rule["fresh_within"]["default"] = in_words(DEFAULT_FRESH).replace(" ", "")
    rule["access"]["propertyNames"] = {"enum": list(GROUPS)}
    use = definitions["UseModel"]["properties"]
    definitions["UseModel"]["properties"] = use | {key: told for key, told in rule.items() if key not in use}
    definitions |= {"Match": _match(), "Condition": _condition()}
    return {"$schema": DIALECT, **made, "title": "Dynohook rules"}


def _as_written(told: dict[str, Any]) -> dict[str, Any]:
    """A key as people write it: what has no value is left out, not null; titles only repeat the key."""
    kept = {name: value for name, value in told.items() if name != "title" and (name, value) != ("default", None)}
    kinds = [kind for kind in kept.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del kept["anyOf"]
        kept |= kinds[0]
    return kept


def _match() -> dict[str, Any]:
    several = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Match"}}
    return {
        "type": "object",
        "minProperties": 1,
        "properties": {"any": several, "all": several, "none": several},
        "additionalProperties": {"$ref": "#/$defs/Condition"},
    }


def _condition() -> dict[str, Any]:
    """A scalar, a list of them, or a mapping of operators."""
    inner = {"$ref": "#/$defs/Condition"}
    several = {"type": "array", "minItems": 1, "items": inner}
    scalar = {"type": ["string", "number", "boolean"]}
    text = {"type": "string", "minLength": 1}
    number = {"type": "number"}
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
        "properties": {name: operands[name] for name in OPERATORS},
    }
    return {"anyOf": [scalar, {"type": "array", "minItems": 1, "items": scalar}, operators]}
