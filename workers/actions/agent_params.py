"""`agent`: asks an agent of Heroku's and keeps what it says; by itself it changes nothing.

Here is what a rule says of the question: each field with its range, checked when the rule is loaded.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from heroku.inference.asking import LONGEST_TTL_SECONDS, MOST_TOKENS, Message, most_tokens
from rules.actions import Odd, Written
from rules.model import Duration
from rules.texts.templates import templates_in
from rules.values import no_template
from workers.actions.agent_context import Shown
from workers.actions.base import RENDERED
from workers.actions.parameters import no_longer_than

LONGEST_SECONDS = 600.0
PROMPT_CHARACTERS = 16_000


T = TypeVar("T")


def _written_out(value: T, info: ValidationInfo) -> T:
    """No template: what a tool runs, and what stands outside the marks, is not for an event to say."""
    if info.context != RENDERED and any(templates_in(value)):
        raise no_template("must be written out: it cannot hold a template")
    return value


WrittenOut = AfterValidator(_written_out)


Filled = Annotated[str, Field(min_length=1)]
Words = Annotated[list[Filled], Field(min_length=1)]


class _Params(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ToolParams(_Params):
    """One tool that the agent may call."""

    name: str = Field(min_length=1, max_length=200, description="As Heroku calls it: dyno_run_command, …")
    app: Filled | None = Field(None, description="Where it runs; the event's app, if absent. Must be one of on_apps.")
    type: Literal["heroku_tool", "mcp"] = Field("heroku_tool", description="mcp for a tool of an MCP server.")
    description: Annotated[str | None, WrittenOut] = Field(
        None, max_length=1_000, description="What it is for, told to the model."
    )
    dyno_size: str | None = Field(None, min_length=1, description="Of the dyno that it runs on.")
    ttl_seconds: int | None = Field(None, ge=1, le=LONGEST_TTL_SECONDS, description="How long one call may take.")
    max_calls: int | None = Field(None, ge=1, le=100, description="How often it may be called; Heroku's default is 3.")
    tool_params: Annotated[dict[str, Any] | None, WrittenOut] = Field(
        None, description="What the tool itself takes; without templates, as it may be a command."
    )

    @model_validator(mode="after")
    def _fits_its_type(self) -> "ToolParams":
        if self.type == "mcp" and self.tool_params is not None:
            raise ValueError("tool_params are for Heroku's own tools")
        return self


class Params(_Params):
    """What to ask, what to show, and how far the agent may go."""

    prompt: str = Field(min_length=1, max_length=PROMPT_CHARACTERS, description="The question; may be a template.")
    system: str = Field("", max_length=PROMPT_CHARACTERS, description="Who it is to be; may be a template.")
    messages: list[Message] = Field(
        default_factory=list,
        max_length=20,
        description="Turns that come after the question: a last one of the assistant's is continued.",
    )
    context: list[Shown] = Field(
        default_factory=list, description="What else it is shown: releases, build_output, logs, config_names."
    )
    tools: list[ToolParams] = Field(default_factory=list, max_length=20, description="The tools that it may call.")
    answer: Annotated[dict[Filled, Literal["text", "number", "boolean", "texts"] | Words] | None, WrittenOut] = Field(
        None, min_length=1, max_length=20, description="Ask for JSON of these fields: a kind, or the words it may be."
    )
    model: str | None = Field(None, min_length=1, description="Another model than INFERENCE_MODEL_ID.")
    temperature: float | None = Field(None, ge=0, le=1, description="0 to 1.")
    top_p: float | None = Field(None, ge=0, le=0.999, description="0 to 0.999.")
    stop: list[Filled] | None = Field(None, max_length=20, description="Texts at which it stops.")
    max_tokens: int | None = Field(None, ge=1, le=MOST_TOKENS, description="Of one inference request.")
    within: Annotated[Duration, no_longer_than(LONGEST_SECONDS)] = Field(
        120.0, description="How long the run's agents may take in all. Default 2m."
    )
    budget: int = Field(
        50_000, ge=1, le=1_000_000, description="How many tokens the run's agents may use. Default 50000."
    )

    @model_validator(mode="after")
    def _fits_its_model(self) -> "Params":
        if self.model and (self.max_tokens or 0) > most_tokens(self.model):
            raise ValueError(f"max_tokens must be at most {most_tokens(self.model)} for {self.model}")
        return self


def unfit(written: Written, environment: Mapping[str, str]) -> Iterator[Odd]:
    """More tokens than the model takes that the environment names, where the step names none."""
    wanted, model = written.get("max_tokens"), environment.get("INFERENCE_MODEL_ID", "").strip()
    if not written.get("model") and isinstance(wanted, int) and wanted > most_tokens(model):
        told = f"must be at most {most_tokens(model)} for {model}, the INFERENCE_MODEL_ID of this environment"
        yield Odd(("max_tokens",), f"{told}; or write `model: …`")
