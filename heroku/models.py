"""What Heroku's API answers, as values: unknown fields are ignored, odd ones count as missing.

Only what a thing cannot be used without is required. Links that are keys in themselves (`output_stream_url`,
`source_blob.url`) are left out on purpose: what is not kept cannot leak.
"""

from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, StrictBool, StrictInt, StrictStr, WrapValidator
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


T = TypeVar("T")
Maybe = Annotated[T | None, WrapValidator(_none_if_odd)]
Flag = Annotated[StrictBool, WrapValidator(_false_if_odd)]
Word = Annotated[StrictStr, WrapValidator(_empty_if_odd)]
Time = Annotated[datetime | None, BeforeValidator(times.parse)]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Named(_Answer):
    """A reference to something that has an id and a name: an app, a stack, a region."""

    id: Maybe[StrictStr] = None
    name: Maybe[StrictStr] = None


class Person(_Answer):
    """A reference to an account."""

    id: Maybe[StrictStr] = None
    email: Maybe[StrictStr] = None


class SlugRef(_Answer):
    """The code of a release. Apps made of containers have none."""

    id: StrictStr
    commit: Maybe[StrictStr] = None


class ReleaseRef(_Answer):
    """The release that a build made, or that a dyno runs."""

    id: StrictStr
    version: Maybe[StrictInt] = None


class Source(_Answer):
    """What a build was made of."""

    version: Maybe[StrictStr] = None


class App(_Answer):
    """An app."""

    id: StrictStr
    name: StrictStr
    maintenance: Flag = False
    owner: Maybe[Person] = None
    region: Maybe[Named] = None
    stack: Maybe[Named] = None
    released_at: Time = None
    created_at: Time = None
    updated_at: Time = None


class Release(_Answer):
    """A release: `status` is pending, succeeded, failed or expired, and at most one of an app is `current`."""

    id: StrictStr
    version: StrictInt
    status: Word = ""
    current: Flag = False
    description: Maybe[StrictStr] = None
    slug: Maybe[SlugRef] = None
    eligible_for_rollback: Maybe[StrictBool] = None
    user: Maybe[Person] = None
    app: Maybe[Named] = None
    created_at: Time = None
    updated_at: Time = None


class Build(_Answer):
    """A build: `status` is pending, succeeded or failed; slug and release come when it is done."""

    id: StrictStr
    status: Word = ""
    app: Maybe[Named] = None
    user: Maybe[Person] = None
    slug: Maybe[SlugRef] = None
    release: Maybe[ReleaseRef] = None
    source_blob: Maybe[Source] = None
    created_at: Time = None
    updated_at: Time = None


class Dyno(_Answer):
    """A dyno: `state` is starting, up, crashed, down or idle; `release` is what it runs."""

    id: StrictStr
    name: Word = ""
    type: Word = ""
    state: Word = ""
    command: Maybe[StrictStr] = None
    size: Maybe[StrictStr] = None
    release: Maybe[ReleaseRef] = None
    created_at: Time = None
    updated_at: Time = None


class Account(_Answer):
    """Whose token it is."""

    id: StrictStr
    email: Maybe[StrictStr] = None


class RateLimits(_Answer):
    """How many calls the account's pool holds now; it fills by 75 a minute up to 4,500."""

    remaining: StrictInt
