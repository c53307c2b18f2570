"""What an agent may be asked: every field of the request with its range.

https://devcenter.heroku.com/articles/heroku-inference-api-v1-agents-heroku
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

LONGEST_TTL_SECONDS = 120
MOST_TOKENS = 8_192
MOST_TOKENS_OF = {"haiku": 4_096}  # models whose names hold this word take fewer


def most_tokens(model: str) -> int:
    """How many tokens one request may ask a model for."""
    return min((most for word, most in MOST_TOKENS_OF.items() if word in model.lower()), default=MOST_TOKENS)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Function(_Part):
    """What a tool was called with."""

    name: Annotated[str, Field(min_length=1, max_length=200, description="The tool.")]
    arguments: Annotated[str, Field(description="What it was given, as JSON.")] = "{}"


class ToolCall(_Part):
    """One call of a tool, as the model asked for it."""

    id: Annotated[str, Field(min_length=1, max_length=200, description="By which its answer is known.")]
    type: Annotated[Literal["function"], Field(description="There is no other.")] = "function"
    function: Annotated[Function, Field(description="The tool, and what it was given.")]


class Message(_Part):
    """One turn. A last message of the assistant's is continued."""

    role: Annotated[Literal["system", "user", "assistant", "tool"], Field(description="Whose turn it is.")]
    content: Annotated[str | None, Field(description="What is said.")] = None
    tool_calls: Annotated[list[ToolCall] | None, Field(description="The tools that the assistant called.")] = None
    refusal: Annotated[str | None, Field(description="Why the assistant would not.")] = None
    tool_call_id: Annotated[str | None, Field(description="The call that a tool answers.")] = None

    @model_validator(mode="after")
    def _fits_its_role(self) -> Self:
        if self.role != "assistant" and (self.tool_calls or self.refusal):
            raise ValueError("only the assistant calls tools and refuses")
        if (self.role == "tool") != (self.tool_call_id is not None):
            raise ValueError("tool_call_id belongs to the role `tool`, which must have it")
        if not self.content and not (self.tool_calls or self.refusal):
            raise ValueError("content is missing")
        return self


class HerokuToolParams(_Part):
    """How one of Heroku's own tools is run, and where."""

    target_app_name: Annotated[str, Field(min_length=1, max_length=100)]
    dyno_size: Annotated[str, Field(min_length=1, max_length=50)] | None = None
    ttl_seconds: Annotated[int, Field(ge=1, le=LONGEST_TTL_SECONDS)] | None = None
    max_calls: Annotated[int, Field(ge=1, le=100)] | None = None
    tool_params: dict[str, Any] | None = None


class McpParams(_Part):
    """How a tool of an MCP server is run."""

    dyno_size: Annotated[str, Field(min_length=1, max_length=50)] | None = None
    ttl_seconds: Annotated[int, Field(ge=1, le=LONGEST_TTL_SECONDS)] | None = None
    max_calls: Annotated[int, Field(ge=1, le=100)] | None = None


class HerokuTool(_Part):
    """One of Heroku's own tools; new names appear."""

    type: Literal["heroku_tool"] = "heroku_tool"
    name: Annotated[str, Field(min_length=1, max_length=200)]
    description: str | None = None
    runtime_params: HerokuToolParams


class McpTool(_Part):
    """A tool of an MCP server that is registered with the model."""

    type: Literal["mcp"] = "mcp"
    name: Annotated[str, Field(min_length=1, max_length=200)]
    description: str | None = None
    runtime_params: McpParams | None = None


Tool = Annotated[HerokuTool | McpTool, Field(discriminator="type")]


class Request(_Part):
    """One question to an agent."""

    model: Annotated[str, Field(min_length=1, max_length=200)]
    messages: Annotated[list[Message], Field(min_length=1)]
    max_tokens_per_inference_request: Annotated[int, Field(ge=1, le=MOST_TOKENS)] | None = None
    stop: Annotated[list[Annotated[str, Field(min_length=1)]], Field(max_length=20)] | None = None
    temperature: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    top_p: Annotated[float, Field(ge=0, le=0.999, allow_inf_nan=False)] | None = None
    tools: list[Tool] | None = None

    @model_validator(mode="after")
    def _fits_its_model(self) -> Self:
        if (self.max_tokens_per_inference_request or 0) > most_tokens(self.model):
            told = f"{self.model} takes at most {most_tokens(self.model)}"
            raise ValueError(f"max_tokens_per_inference_request: {told}")
        return self

    def to_json(self) -> dict[str, Any]:
        """As it is sent; what is not said is left out."""
        return self.model_dump(mode="json", exclude_none=True)
