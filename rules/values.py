"""The single values that rule files are made of, each with its check and its part of the JSON Schema."""

import re
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from heroku.access import GROUPS, Level
from rules import durations
from rules.paths import fault_of_path
from rules.subscriptions import EVERY_SUBSCRIPTION, fault_of_subscription
from rules.suggesting import closest, listed
from rules.texts.templates import is_template

NAME_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,59}$"
LEVELS = {level.word: level for level in sorted(Level)}
MAX_EXPRESSION: Final = 4_000  # characters
MAX_EXPRESSIONS: Final = 10  # of one rule's `when`
MAX_KEYS: Final = 5  # paths of one rule's `each`


class Mode(StrEnum):
    """How far a rule may go: off, decide and record only (shadow), or act (live)."""

    OFF = "off"
    SHADOW = "shadow"
    LIVE = "live"

    def at_most(self, brake: "Mode") -> "Mode":
        """The lesser of two modes."""
        order = list(Mode)
        return min(self, brake, key=order.index)


class Model(BaseModel):
    """A mapping in a rule file: it knows its keys and refuses all others."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


def refused(message: str, suggestion: str | None = None) -> PydanticCustomError:
    """An error with our own words, as pydantic wants it raised."""
    return PydanticCustomError("refused", "{message}", {"message": message, "suggestion": suggestion})


def no_template(told: str) -> PydanticCustomError:
    """An error that a template does not excuse: an event would decide what only the rule's author may."""
    return PydanticCustomError("no_template", "{told}", {"told": told})


def _duration(text: object) -> float:
    if is_template(text):
        raise no_template("must be written out, like 30s or 10m: a template cannot stand for a duration")
    try:
        return durations.seconds(text)
    except ValueError as error:
        raise refused(str(error)) from None


def _moment(text: object) -> float:
    return 0.0 if text == "0s" else _duration(text)


def _mode(word: object) -> object:
    if isinstance(word, str) and word in list(Mode):
        return Mode(word)
    raise refused(f"must be one of {listed(Mode)}", closest(word, Mode))


def _level(word: object) -> object:
    if isinstance(word, str) and word in LEVELS:
        return LEVELS[word]
    raise refused(f"must be one of {listed(LEVELS)}", closest(word, LEVELS))


def _group(name: str) -> str:
    if name not in GROUPS:
        raise refused(f"is not a group of Heroku's API; groups are {listed(GROUPS)}", closest(name, GROUPS))
    return name


def _name(name: str) -> str:
    if not re.fullmatch(NAME_PATTERN, name):
        raise refused("must be lower-case letters, digits, - and _, at most 60 of them")
    return name


def _path(path: str) -> str:
    if fault := fault_of_path(path):
        raise refused(fault.message, fault.suggestion)
    return path


def _subscription(text: str) -> str:
    if fault := fault_of_subscription(text):
        raise refused(fault.message, fault.suggestion)
    return text


def _scalar(value: object) -> object:
    if not isinstance(value, (str, int, float)):
        raise refused("must be a text, a number, true or false")
    return value


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _several_scalars(value: object) -> object:
    return value if isinstance(value, list) else [value]


def one_or_more(inner: dict[str, Any]) -> WithJsonSchema:
    """In the schema: one value, or a list of such values."""
    return WithJsonSchema({"anyOf": [inner, {"type": "array", "items": inner, "minItems": 1}]})


Name = Annotated[str, AfterValidator(_name), WithJsonSchema({"type": "string", "pattern": NAME_PATTERN})]
Duration = Annotated[
    float, BeforeValidator(_duration), WithJsonSchema({"type": "string", "pattern": durations.PATTERN})
]
Moment = Annotated[float, BeforeValidator(_moment), WithJsonSchema({"type": "string", "pattern": durations.PATTERN})]
Path = Annotated[str, AfterValidator(_path)]
Paths = Annotated[
    list[Path], BeforeValidator(_several), Field(min_length=1, max_length=MAX_KEYS), one_or_more({"type": "string"})
]
ModeWord = Annotated[Mode, BeforeValidator(_mode), WithJsonSchema({"enum": list(Mode)})]
LevelWord = Annotated[Level, BeforeValidator(_level), WithJsonSchema({"enum": list(LEVELS)})]
GroupName = Annotated[str, AfterValidator(_group)]
Subscriptions = Annotated[
    list[Annotated[str, AfterValidator(_subscription)]],
    BeforeValidator(_several),
    Field(min_length=1),
    one_or_more({"enum": [str(one) for one in EVERY_SUBSCRIPTION]}),
]
AppNames = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=100)]],
    BeforeValidator(_several),
    Field(min_length=1),
    one_or_more({"type": "string", "minLength": 1, "maxLength": 100}),
]
Expressions = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=MAX_EXPRESSION)]],
    BeforeValidator(_several),
    Field(min_length=1, max_length=MAX_EXPRESSIONS),
    one_or_more({"type": "string", "minLength": 1, "maxLength": MAX_EXPRESSION}),
]
Scalars = Annotated[
    list[Annotated[Any, AfterValidator(_scalar)]],
    BeforeValidator(_several_scalars),
    Field(min_length=1),
    one_or_more({"type": ["string", "number", "boolean"]}),
]
