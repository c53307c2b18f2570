"""What the `tests` of a rule file may say: what happens when, and what the rules should and should not make of it."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from rules.values import Model, Moment, Name, Path, refused


class EventModel(Model):
    """Something that happens in a test: a sample by its name, or a whole delivery."""

    sample: Annotated[str | None, Field(description="The name of a sample delivery.")] = None
    event: Annotated[dict[str, Any] | None, Field(description="A delivery's body, written out.")] = None
    at: Annotated[Moment, Field(description="When it happens, from the start of the test.")] = 0.0
    with_: Annotated[
        dict[Path, Any], Field(alias="with", description="Dotted paths into the event, and what stands there instead.")
    ] = Field(default_factory=dict)
    app: Annotated[str | None, Field(min_length=1, description="The name of the app that it is about.")] = None

    @model_validator(mode="after")
    def _one_event(self) -> Self:
        if (self.sample is None) is (self.event is None):
            raise refused("must have either a sample or an event")
        return self


class ExpectModel(Model):
    """A run that should be planned."""

    rule: Annotated[Name, Field(description="The rule that fires.")]
    at: Annotated[Moment | None, Field(description="When it fires, from the start of the test.")] = None
    do: Annotated[list[str] | None, Field(description="The names of the steps that are taken, in order.")] = None
    key: Annotated[str | None, Field(description="What it is counted by.")] = None
    texts: Annotated[
        dict[str, str] | None, Field(description="For a step by its name: a text that is part of what it would say.")
    ] = None


class ExpectNotModel(Model):
    """A run that should not be planned."""

    rule: Annotated[Name, Field(description="The rule that should not fire.")]
    at: Annotated[Moment | None, Field(description="When, from the start of the test; at no time, if absent.")] = None
    gate: Annotated[str | None, Field(description="The gate that should stop it, like `cooldown`.")] = None


class GivenModel(Model):
    """What a step is taken to have come to."""

    model_config = Model.model_config | {"extra": "allow"}

    outcome: Annotated[
        Literal["done", "not needed", "denied", "failed", "unknown"], Field(description="What came of it.")
    ] = "done"
    sentence: Annotated[str, Field(description="Its sentence for the record.")] = ""


class SilenceModel(Model):
    """A silence that is in force during the test."""

    rule: Annotated[str | None, Field(description="The rule, or a glob; every rule, if absent.")] = None
    app: Annotated[str | None, Field(description="The app's name, or a glob; every app, if absent.")] = None
    at: Annotated[Moment, Field(description="When it begins, from the start of the test.")] = 0.0
    until: Annotated[Moment, Field(description="When it ends.")]
    why: Annotated[str, Field(description="What a person would say about it.")] = ""


class TestModel(Model):
    """A test of rules: it runs on a clock of its own and touches nothing."""

    __test__: ClassVar[bool] = False  # pytest would take it for one of its own

    name: Annotated[str, Field(min_length=1, max_length=200, description="What it shows, in a sentence.")]
    events: Annotated[list[EventModel], Field(min_length=1, description="What happens, in any order.")]
    expect: Annotated[
        list[ExpectModel], Field(description="Every run that should be planned; any other fails the test.")
    ] = Field(default_factory=list)
    expect_not: Annotated[list[ExpectNotModel], Field(description="Runs that should not be planned, and why not.")] = (
        Field(default_factory=list)
    )
    given: Annotated[
        dict[str, GivenModel],
        Field(description="For a step by its name, or `approval`: its outcome, sentence, outputs."),
    ] = Field(default_factory=dict)
    silences: Annotated[list[SilenceModel], Field(description="Silences in force.")] = Field(default_factory=list)
