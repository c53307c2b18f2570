"""What a rule file may say: the one model behind loading, the JSON Schema and the reference.

Shapes and single values are judged here; what needs the actions, the targets or other rules is judged on loading.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler, WithJsonSchema, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from rules.paths import fault_of_memory
from rules.trials.cases import TestModel
from rules.values import (
    MAX_EXPRESSION,
    AppNames,
    Duration,
    Expressions,
    GroupName,
    LevelWord,
    Mode,
    Model,
    ModeWord,
    Name,
    Path,
    Paths,
    Scalars,
    Subscriptions,
    refused,
)

__all__ = ["DEFAULT_FRESH", "EVENTS_APP", "DeclarationsModel", "Duration", "Mode", "RuleFile", "RuleModel", "UseModel"]

DEFAULT_FRESH = 3_600.0  # seconds
EVENTS_APP = "event"  # in on_apps: the app that the event is about
STEP_KEYS = {
    "name": {"type": "string", "description": "What the step is called; its action's name, if absent."},
    "if": {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_EXPRESSION,
        "description": "An expression (CEL); unless it is true the step is passed over.",
    },
    "continue_on_failure": {"type": "boolean", "description": "Go on with the next step if this one fails."},
}
_STEP = {"type": "object", "minProperties": 1, "maxProperties": len(STEP_KEYS) + 1, "properties": STEP_KEYS}
Step = Annotated[Any, WithJsonSchema(_STEP)]


class _OrShort:
    """A mapping that may be written short: as the value of its key `key` alone."""

    def __init__(self, key: str, schema: dict[str, Any]) -> None:
        self._key, self._schema = key, schema

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Takes the short form for the long one."""
        return handler(Annotated[source, BeforeValidator(self._long)])

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Either form."""
        return {"anyOf": [self._schema, handler(core)]}

    def _long(self, value: object) -> object:
        return value if value is None or isinstance(value, dict) else {self._key: value}


class CountModel(Model):
    """How often it must happen before the rule fires."""

    at_least: Annotated[int, Field(ge=1, le=1_000, description="The number of events that fires the rule.")]
    within: Annotated[Duration, Field(description="The sliding window in which they are counted, by event time.")]


class PartnerModel(Model):
    """Another event of the same app that the rule looks for."""

    on: Annotated[Subscriptions, Field(description="The entity, or entity.action, of that other event; or a list.")]
    match: Annotated[dict[str, Any] | None, Field(description="What must hold for that other event.")] = None
    within: Annotated[Duration, Field(description="How far apart the two events may be, by event time.")]
    same: Annotated[
        dict[Path, Path],
        Field(description="What both must have in common: a path into our event, and one into the other."),
    ] = Field(default_factory=dict)


class QuietModel(Model):
    """How long nothing more may happen before the rule fires."""

    for_: Annotated[Duration, Field(alias="for", description="How long it must have been quiet.")]
    max_wait: Annotated[
        Duration | None, Field(description="Fire after this long even if it never gets quiet; default ten times `for`.")
    ] = None

    @model_validator(mode="after")
    def _is_longer(self) -> Self:
        if self.max_wait is not None and self.max_wait < self.for_:
            raise refused("max_wait must be at least as long as `for`")
        return self


def _remembered(path: str) -> str:
    if fault := fault_of_memory(path):
        raise refused(fault.message, fault.suggestion)
    return path


class ChangedModel(Model):
    """A value that differs from what it was when we last saw the same thing."""

    path: Annotated[Path, AfterValidator(_remembered), Field(description="The value that must have changed.")]
    from_: Annotated[
        Scalars | None, Field(alias="from", description="What it was before: a value, or a list of them.")
    ] = None
    to: Annotated[Scalars | None, Field(description="What it is now: a value, or a list of them.")] = None

    @model_validator(mode="after")
    def _can_differ(self) -> Self:
        if self.from_ and self.to and len({(type(value), value) for value in (*self.from_, *self.to)}) == 1:
            raise refused("from and to are the same: that is no change")
        return self


class LimitModel(Model):
    """How often the rule may have an effect, over all its keys, before its breaker opens."""

    max: Annotated[int, Field(ge=1, le=10_000, description="The number of runs that may change something.")]
    within: Annotated[Duration, Field(description="The time in which they are counted.")]


class ParameterModel(Model):
    """A value that whoever takes the rule over with `use` may give."""

    description: Annotated[str, Field(min_length=1, max_length=1_000, description="What it is for, in a sentence.")]
    default: Annotated[
        Any, Field(description="What it is unless given. Without one it must be given, and the rule waits for that.")
    ] = None
    example: Annotated[Any, Field(description="A value to check and to test the rule with.")] = None


class DeclarationsModel(Model):
    """The parameters of a rule, by themselves."""

    with_: Annotated[dict[str, ParameterModel], Field(alias="with")]


class RuleModel(Model):
    """One rule: which events it is about, when it fires, and what is then done."""

    name: Annotated[Name, Field(description="What the rule is called: unique over all files.")]
    description: Annotated[str, Field(max_length=1_000, description="What it is for, in a sentence.")] = ""
    mode: Annotated[
        ModeWord,
        Field(description="off; shadow: decide and record, touch nothing; live: act."),
    ] = Mode.SHADOW
    with_: Annotated[
        dict[str, ParameterModel],
        Field(alias="with", description="The rule's parameters by name; `${name}` in its texts stands for the value."),
    ] = Field(default_factory=dict)
    on: Annotated[
        Subscriptions,
        Field(description="The entity, or entity.action, that the rule is about; or a list of them."),
    ]
    match: Annotated[
        dict[str, Any] | None,
        Field(description="Dotted paths into the event and what must stand there. All must hold."),
    ] = None
    when: Annotated[
        Expressions | None,
        Field(description="An expression (CEL) that must be true, or a list of them; asked when all of `match` held."),
    ] = None
    each: Annotated[
        Paths | None,
        Field(
            description="What windows, cooldown and overlap count by: a path into the event, or a list of them. "
            "The app, if absent."
        ),
    ] = None
    changed: Annotated[
        Annotated[ChangedModel, _OrShort("path", {"type": "string"})] | None,
        Field(description="Fire only if this value is not what we last saw there: a path, or {path, from, to}."),
    ] = None
    after: Annotated[
        PartnerModel | None, Field(description="Fire only if such an event of the same app came before.")
    ] = None
    count: Annotated[CountModel | None, Field(description="Fire only when it happened this often.")] = None
    missing: Annotated[
        PartnerModel | None, Field(description="Fire only if no such event of the same app comes in that time.")
    ] = None
    quiet_for: Annotated[
        Annotated[QuietModel, _OrShort("for", {"type": "string"})] | None,
        Field(description="Fire, for the last event, once it was quiet for so long: a duration, or {for, max_wait}."),
    ] = None
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
    stop: Annotated[
        bool, Field(description="When this rule, live, plans a run, the rules after it do not act on that event.")
    ] = False
    approve_within: Annotated[
        Duration | None,
        Field(description="Wait for a person's yes before the first step; no answer in this time is a no."),
    ] = None
    give_up_after: Annotated[
        Duration | None, Field(description="How long a step may be put off by a busy Heroku; default fresh_within.")
    ] = None
    access: Annotated[
        dict[GroupName, LevelWord],
        Field(description="What the rule's steps may use of Heroku's API. All else is denied."),
    ] = Field(default_factory=dict)
    on_apps: Annotated[
        AppNames,
        Field(
            description="The apps that its steps may touch: names, globs, or `event` for the event's own. "
            "No glob means the app that the service itself is."
        ),
    ] = Field(default_factory=lambda: [EVENTS_APP])
    do: Annotated[
        list[Step],
        Field(min_length=1, description="The steps, in order: an action with its parameters, and a name if wanted."),
    ]
    on_failure: Annotated[list[Step], Field(description="The steps to take when one of `do` failed.")] = Field(
        default_factory=list
    )


class UseModel(Model):
    """A rule of the library with changes: other keys replace the library rule's, `match` adds to its own."""

    use: Annotated[Name, Field(description="The name of a rule of the library.")]
    with_: Annotated[
        dict[str, Any], Field(alias="with", description="The rule's parameters by name, and their values.")
    ] = Field(default_factory=dict)


class RuleFile(Model):
    """A file of rules."""

    version: Annotated[Literal[1], Field(description="The version of this format.")]
    rules: Annotated[
        list[RuleModel | UseModel], Field(description="The rules, in the order in which they are judged.")
    ] = Field(default_factory=list)
    targets: Annotated[
        dict[Name, dict[str, Any]],
        Field(description="Where `notify` goes: a kind, and the environment variable that holds the address."),
    ] = Field(default_factory=dict)
    tests: Annotated[
        list[TestModel], Field(description="Events, and what the rules are expected to do about them.")
    ] = Field(default_factory=list)
