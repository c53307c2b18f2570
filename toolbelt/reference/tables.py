"""Tables for people, from a JSON Schema: what a key takes, what it is if absent, and what it means."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rules import durations
from rules.files.schema_texts import PARAMETER, TEMPLATE
from rules.values import NAME_PATTERN

Schema = Mapping[str, Any]
FEW = 6  # words that are listed; of more only the kind is told
PATTERNS = {durations.PATTERN: "duration", NAME_PATTERN: "name"}
KINDS = {"string": "text", "integer": "number", "number": "number", "boolean": "true/false", "object": "mapping"}
REFERENCES = {
    "Match": "match",
    "Step": "step",
    "TestModel": "test",
    "EventModel": "event",
    "ExpectModel": "firing",
    "ExpectNotModel": "no firing",
    "SilenceModel": "silence",
    "GivenModel": "outcome",
    "RuleModel": "rule",
    "ParameterModel": "parameter",
}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def keys(schema: Schema) -> str:
    """One row for each key of an object."""
    required = schema.get("required", ())
    rows = [
        (f"`{key}`", kind(told), "required" if key in required else _default(told), str(told.get("description", "")))
        for key, told in schema["properties"].items()
    ]
    return table(("Key", "Takes", "If absent", "Meaning"), rows)


def kind(told: Schema) -> str:
    """What may stand there, in a few words."""
    return " or ".join(dict.fromkeys(_kinds(told)))


def _kinds(told: Schema) -> Iterable[str]:
    if "anyOf" in told:
        for branch in told["anyOf"]:
            if branch not in (PARAMETER, TEMPLATE, {"type": "null"}):
                yield from _kinds(branch)
    elif "$ref" in told:
        yield REFERENCES.get(told["$ref"].rpartition("/")[2], "mapping")
    elif "enum" in told:
        few = len(told["enum"]) <= FEW
        yield (
            " · ".join(f"`{word}`" for word in told["enum"]) if few else "entity" if "dyno" in told["enum"] else "word"
        )
    elif "const" in told:
        yield f"`{str(told['const']).lower()}`"
    elif told.get("type") == "array":
        yield f"list of {kind(told.get('items', {})) or 'values'}"
    elif isinstance(told.get("type"), list):
        yield "value"
    else:
        yield PATTERNS.get(told.get("pattern", ""), KINDS.get(told.get("type", ""), "anything"))


def _default(told: Schema) -> str:
    default = told.get("default")
    if isinstance(default, float) and "duration" in kind(told):
        return f"`{default:.0f}s`"
    if default in (None, "", [], {}):
        return ""
    if isinstance(default, list):
        return ", ".join(f"`{item}`" for item in default)
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
