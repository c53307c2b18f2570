"""What comes back from an agent, part by part, and the transcript that they make; bounded, however much it says."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from pydantic_core import from_json

PART_CHARACTERS = 4_000  # of one text; a tool's answer can be a whole file
PARTS = 40  # of a transcript; of more the first and the last are kept
TRANSCRIPT_CHARACTERS = 16_000  # of all its parts
ANSWER_CHARACTERS = 10_000  # of what the model said last: it may be JSON, and is of no use without its end
LOOKED_AT_CHARACTERS = 30_000  # of one text: more than is kept, so that no secret is cut in half before it is seen
NAME_CHARACTERS = 100
Clean = Callable[[str], str]
Ended = Literal["done", "cut", "deadline", "budget", "interrupted", "failed"]


class Unreadable(Exception):
    """An event that is none of those that are known, or says nothing; the message quotes nothing of it."""


class Usage(NamedTuple):
    """Tokens, as Heroku counts them."""

    prompt: int = 0
    completion: int = 0
    total: int = 0

    def plus(self, other: "Usage") -> "Usage":
        """Both together."""
        return Usage(*(one + more for one, more in zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True)
class Part:
    """What the model said, that it called a tool, or what a tool answered. `name` and `call` are a tool's."""

    kind: Literal["text", "call", "result"]
    text: str
    name: str = ""
    call: str = ""


class Turn(NamedTuple):
    """One event's worth."""

    parts: tuple[Part, ...]
    usage: Usage
    finish: str


def read(data: str) -> Turn:
    """The turn that an event of the stream tells of. Raises Unreadable."""
    try:
        told = from_json(data)
        [choice] = told["choices"]
        message = choice["message"]
        parts = _result(message) if told["object"] == "tool.completion" else _said(message)
        return Turn(parts, _usage(told.get("usage")), str(choice.get("finish_reason") or ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"an event of the stream cannot be read ({type(error).__name__})") from None


def _said(message: Mapping[str, Any]) -> tuple[Part, ...]:
    parts = [Part("text", text) for key in ("content", "refusal") if (text := _text(message.get(key)))]
    for call in message.get("tool_calls") or ():
        function = call["function"]
        parts.append(
            Part("call", str(function.get("arguments") or ""), str(function["name"]), str(call.get("id") or ""))
        )
    return tuple(parts)


def _result(message: Mapping[str, Any]) -> tuple[Part, ...]:
    text = _text(message.get("content"))
    return (Part("result", text, str(message.get("name") or ""), str(message.get("tool_call_id") or "")),)


def _text(told: Any) -> str:
    """A text; the texts of a list of parts; and whatever else is said, as JSON."""
    if told is None or isinstance(told, str):
        return told or ""
    if isinstance(told, list) and all(isinstance(part, dict) and isinstance(part.get("text"), str) for part in told):
        return "\n".join(part["text"] for part in told)
    return json.dumps(told, ensure_ascii=False)


def _usage(told: Any) -> Usage:
    if not isinstance(told, Mapping):
        return Usage()
    counted = (told.get(f"{name}_tokens") for name in Usage._fields)
    used = Usage(*(number if isinstance(number, int) and 0 <= number < 10**9 else 0 for number in counted))
    return used._replace(
        total=max(used.total, used.prompt + used.completion)
    )  # a budget is not to be passed by silence


@dataclass
class Transcript:
    """Grows turn by turn. `answer` is the last text that the model said; `left_out` are parts of the middle."""

    parts: list[Part] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    finish: str = ""
    left_out: int = 0
    answer: str = ""

    def add(self, turn: Turn, *, clean: Clean = str, clean_tools: Clean | None = None) -> None:
        """Take in a turn; `clean` is what its texts pass through before they are kept, and `clean_tools` what tools say
        and are told: they may print a whole environment, where the model's words may be JSON and must stay that."""
        texts = [(clean if part.kind == "text" else clean_tools or clean)(_beginning(part.text)) for part in turn.parts]
        said = [text for part, text in zip(turn.parts, texts, strict=True) if part.kind == "text"]
        if said:
            self.answer = _cut("\n".join(said), ANSWER_CHARACTERS)
        for part, text in zip(turn.parts, texts, strict=True):
            name, call = (_cut(clean(each[:NAME_CHARACTERS]), NAME_CHARACTERS) for each in (part.name, part.call))
            self.parts.append(Part(part.kind, _cut(text, PART_CHARACTERS), name, call))
        while len(self.parts) > PARTS or sum(len(part.text) for part in self.parts) > TRANSCRIPT_CHARACTERS:
            del self.parts[len(self.parts) // 2]
            self.left_out += 1
        self.usage = self.usage.plus(turn.usage)
        self.finish = clean(turn.finish[:NAME_CHARACTERS]) or self.finish

    @property
    def calls(self) -> int:
        """How many calls of tools it shows."""
        return sum(1 for part in self.parts if part.kind == "call")

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        parts = [
            {name: getattr(part, name) for name in ("kind", "text", "name") if getattr(part, name)}
            for part in self.parts
        ]
        return {"parts": parts, "left_out": self.left_out, "usage": self.usage._asdict(), "finish": self.finish}


def _beginning(text: str) -> str:
    """As much as is looked at, to the end of a word."""
    return text if len(text) <= LOOKED_AT_CHARACTERS else text[:LOOKED_AT_CHARACTERS].rsplit(None, 1)[0]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
