"""What a rule file may say: the one model behind loading, the JSON Schema and the reference.

Shapes and single values are judged here; what needs the actions, the targets or other rules is judged on loading.
"""

import re
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from heroku.access import GROUPS, Level
from rules import durations
from rules.paths import fault_of_path
from rules.subscriptions import EVERY_SUBSCRIPTION, fault_of_subscription
from rules.suggesting import closest, listed

NAME_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,59}$"
DEFAULT_FRESH = 3_600.0  # seconds
EVENTS_APP = "event"  # in on_apps: the app that the event is about
LEVELS = {level.word: level for level in sorted(Level)}


class Mode(StrEnum):
    """How far a rule may go: off, decide and record only (shadow), or act (live)."""

    OFF = "off"
    SHADOW = "shadow"
    LIVE = "live"

    def at_most(self, brake: "Mode") -> "Mode":
        """The lesser of two modes."""
        order = list(Mode)
        return min(self, brake, key=order.index)


def refused(message: str, suggestion: str | None = None) -> PydanticCustomError:
    """An error with our own words, as pydantic wants it raised."""
    return PydanticCustomError("refused", "{message}", {"message": message, "suggestion": suggestion})


def _duration(text: object) -> float:
    try:
        return durations.seconds(text)
    except ValueError as error:
        raise refused(str(error)) from None


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


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _text_or_texts(inner: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [inner, {"type": "array", "items": inner, "minItems": 1}]})


Name = Annotated[str, AfterValidator(_name), WithJsonSchema({"type": "string", "pattern": NAME_PATTERN})]
Duration = Annotated[
    float, BeforeValidator(_duration), WithJsonSchema({"type": "string", "pattern": durations.PATTERN})
]
Path = Annotated[str, AfterValidator(_path)]
ModeWord = Annotated[Mode, BeforeValidator(_mode), WithJsonSchema({"enum": list(Mode)})]
LevelWord = Annotated[Level, BeforeValidator(_level), WithJsonSchema({"enum": list(LEVELS)})]
GroupName = Annotated[str, AfterValidator(_group)]
Subscriptions = Annotated[
    list[Annotated[str, AfterValidator(_subscription)]],
    BeforeValidator(_several),
    Field(min_length=1),
    _text_or_texts({"enum": [str(one) for one in EVERY_SUBSCRIPTION]}),
]
AppNames = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=100)]],
    BeforeValidator(_several),
    Field(min_length=1),
    _text_or_texts({"type": "string", "minLength": 1, "maxLength": 100}),
]
Steps = list[Annotated[Any, WithJsonSchema({"type": "object", "minProperties": 1, "maxProperties": 2})]]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class CountModel(_Model):
    """How often it must happen before the rule fires."""

    at_least: Annotated[int, Field(ge=1, le=1_000, description="The number of events that fires the rule.")]
    within: Annotated[Duration, Field(description="The sliding window in which they are counted, by event time.")]


class LimitModel(_Model):
    """How often the rule may have an effect, over all its keys, before its breaker opens."""

    max: Annotated[int, Field(ge=1, le=10_000, description="The number of runs that may change something.")]
    within: Annotated[Duration, Field(description="The time in which they are counted.")]


class RuleModel(_Model):
    """One rule: which events it is about, when it fires, and what is then done."""

    name: Annotated[Name, Field(description="What the rule is called: unique over all files.")]
    description: Annotated[str, Field(max_length=1_000, description="What it is for, in a sentence.")] = ""
    mode: Annotated[
        ModeWord,
        Field(description="off; shadow: decide and record, touch nothing; live: act."),
    ] = Mode.SHADOW
    on: Annotated[
        Subscriptions,
        Field(description="The entity, or entity.action, that the rule is about; or a list of them."),
    ]
    match: Annotated[
        dict[str, Any] | None,
        Field(description="Dotted paths into the event and what must stand there. All must hold."),
    ] = None
    each: Annotated[
        Path | None,
        Field(description="What windows, cooldown and overlap count by: a path into the event. The app, if absent."),
    ] = None
    count: Annotated[CountModel | None, Field(description="Fire only when it happened this often.")] = None
    fresh_within: Annotated[Duration, Field(description="An older event is recorded, not acted on.")] = DEFAULT_FRESH
    cooldown: Annotated[
        Duration | None, Field(description="After the rule fired for a key, how long it rests for that key.")
    ] = None
    limit: Annotated[
        LimitModel | None, Field(description="Beyond this the rule's breaker opens, until a person closes it.")
    ] = None
    overlap: Annotated[
        Literal["queue", "skip"],
        Field(description="What becomes of an event whose key has a run under way: it waits, or is passed over."),
    ] = "queue"
    give_up_after: Annotated[
        Duration | None, Field(description="How long a step may be put off by a busy Heroku; default fresh_within.")
    ] = None
    access: Annotated[
        dict[GroupName, LevelWord],
        Field(description="What the rule's steps may use of Heroku's API. All else is denied."),
    ] = Field(default_factory=dict)
    on_apps: Annotated[
        AppNames,
        Field(description="The apps that its steps may touch: names, globs, or `event` for the event's own."),
    ] = Field(default_factory=lambda: [EVENTS_APP])
    do: Annotated[
        Steps,
        Field(min_length=1, description="The steps, in order: an action with its parameters, and a name if wanted."),
    ]
    on_failure: Annotated[Steps, Field(description="The steps to take when one of `do` failed.")] = Field(
        default_factory=list
    )


class RuleFile(_Model):
    """A file of rules."""

    version: Annotated[Literal[1], Field(description="The version of this format.")]
    rules: Annotated[list[RuleModel], Field(description="The rules, in the order in which they are judged.")] = Field(
        default_factory=list
    )
    targets: Annotated[
        dict[Name, dict[str, Any]],
        Field(description="Where `notify` goes: a kind, and the environment variable that holds the address."),
    ] = Field(default_factory=dict)
    tests: Annotated[
        list[dict[str, Any]], Field(description="Events, and what the rules are expected to do about them.")
    ] = Field(default_factory=list)
