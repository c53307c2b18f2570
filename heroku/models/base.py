"""How answers are read: unknown fields are ignored, odd ones count as missing, links that are keys do not show.

Only what a thing cannot be used without is required.
"""

from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, SecretStr, StrictBool, StrictStr, WrapValidator
from pydantic_core import ValidationError
from pydantic_core.core_schema import ValidatorFunctionWrapHandler

from heroku import times


def _none_if_odd(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    try:
        return validate(value)
    except ValidationError:
        return None


def _false_if_odd(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    return bool(_none_if_odd(value, validate))


def _empty_if_odd(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    return _none_if_odd(value, validate) or ""


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


T = TypeVar("T")
Maybe = Annotated[T | None, WrapValidator(_none_if_odd)]
Flag = Annotated[StrictBool, WrapValidator(_false_if_odd)]
Word = Annotated[StrictStr, WrapValidator(_empty_if_odd)]
Words = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Time = Annotated[datetime | None, BeforeValidator(times.parse)]
Link = Annotated[SecretStr | None, WrapValidator(_none_if_odd)]
"""A signed link: whoever has it needs no token. It shows as stars, and is reached by `get_secret_value()`."""


class Value(BaseModel):
    """Something that Heroku answered."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Named(Value):
    """A reference to something that has an id and a name: an app, a stack, a region."""

    id: Maybe[StrictStr] = None
    name: Maybe[StrictStr] = None


class Person(Value):
    """A reference to an account."""

    id: Maybe[StrictStr] = None
    email: Maybe[StrictStr] = None


class Nothing(Value):
    """An answer that says nothing of use."""
