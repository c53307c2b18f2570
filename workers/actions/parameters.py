"""How actions' parameters are read: numbers and switches may come out of a template, secrets out of the environment."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_after_validator_function

from core.settings import Settings
from heroku.redacting import clean, redacted
from rules.durations import in_words
from rules.files.environment_checks import VARIABLE
from rules.values import refused
from workers.actions.base import RENDERED

_OURS = {*(name.upper() for name in Settings.model_fields), "INFERENCE_KEY", "CONSOLE_PASSWORD"}
_PLATFORMS = ("HEROKU_", "REDIS_", "INFERENCE_")  # what the platform and its add-ons give this service


class Params(BaseModel):
    """What a rule says of a step."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class NotSet(Exception):
    """A variable of the environment that a step names is not there; the message names it."""


def _whole(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise refused("must be a whole number")
    try:
        return int(value)
    except ValueError:
        raise refused("must be a whole number") from None


def _flag(value: object) -> object:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise refused("must be true or false")


def _texts(value: object) -> object:
    return [value] if isinstance(value, str) else value


def no_secret(text: str, info: ValidationInfo) -> str:
    """A secret stands in the environment, never in a rule; and ours are nobody else's."""
    found = VARIABLE.fullmatch(text)
    if info.context == RENDERED:
        return text
    if found and (found["name"].upper() in _OURS or found["name"].upper().startswith(_PLATFORMS)):
        raise refused(f"{found['name']} is a setting of this service, and for nobody else")
    if not found and redacted(text) != text:
        raise refused("looks like a secret; put it into the environment, and write $NAME here")
    return text


def no_secrets(value: Any, info: ValidationInfo) -> Any:
    """The same of every text inside a value."""
    for text in _inside(value):
        no_secret(text, info)
    return value


def _inside(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _inside(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _inside(inner)


class Shaped:
    """Holds a text to a shape, and says of any other what it must be."""

    def __init__(self, pattern: str, told: str) -> None:
        self._pattern, self._told = re.compile(pattern, re.ASCII), told

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Looked at after all else."""
        return no_info_after_validator_function(self._held, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """With its pattern, for editors."""
        return {**handler(core), "pattern": f"^({self._pattern.pattern})$"}

    def _held(self, text: str) -> str:
        if not self._pattern.fullmatch(text):
            raise refused(self._told)
        return text


Whole = Annotated[int, BeforeValidator(_whole), WithJsonSchema({"type": "integer"})]
Switch = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]
Text = Annotated[str, Field(min_length=1, max_length=1_000)]
Secret = Annotated[str, AfterValidator(no_secret), Field(max_length=32_000)]
"""A text that `$NAME` may stand for."""
ProcessType = Annotated[Text, Shaped(r"[\w-]{1,128}", "must be a process type as in the Procfile: web, worker …")]
DynoName = Annotated[Text, Shaped(r"[\w-]+(\.[\w-]+)*", "must be a dyno's name: web.1, worker.2 …")]
VariableName = Annotated[Text, Shaped(r"\w+", "must be the name of a variable: of letters, digits and _")]
Texts = Annotated[list[Text], BeforeValidator(_texts), Field(min_length=1, max_length=100)]
VariableNames = Annotated[list[VariableName], BeforeValidator(_texts), Field(min_length=1, max_length=100)]


def no_longer_than(most: float) -> AfterValidator:
    """Holds a duration to so many seconds."""

    def held(seconds: float) -> float:
        if seconds > most:
            raise refused(f"must be at most {in_words(most)}")
        return seconds

    return AfterValidator(held)


def resolved(rendered: Any, written: Any, variable: Callable[[str], str | None]) -> Any:
    """The value, or what is inside it, with each text that the rule writes as `$NAME` as the environment has it.

    What a template came to is left as it is: an event may say `$NAME` too. Raises NotSet.
    """
    if isinstance(written, str):
        found = VARIABLE.fullmatch(written)
        return _value_of(found["name"], variable) if found else rendered
    if isinstance(written, Mapping):
        return {key: resolved(inner, written.get(key), variable) for key, inner in rendered.items()}
    if isinstance(written, list):
        return [resolved(inner, outer, variable) for inner, outer in zip(rendered, written, strict=True)]
    return rendered


def _value_of(name: str, variable: Callable[[str], str | None]) -> str:
    value = variable(name)
    if value is None:
        raise NotSet(f"the variable {name} is not set")
    return value


def named(url: str, written: Any) -> str:
    """What an address is called in a sentence: by its variable, or by host and path, as the rest may be a key."""
    if isinstance(written, str) and VARIABLE.fullmatch(written):
        return f"the address in {written}"
    try:
        address = urlsplit(url)
        return clean(f"{address.hostname or ''}{address.path}") or "the address"
    except ValueError:
        return "the address"
