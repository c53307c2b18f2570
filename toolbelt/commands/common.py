"""What the commands share: a connection, a person, a table, and ways to say no."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any, TypeVar

import click
import redis

from core import connections
from core.hands import Hands
from core.records import UnknownFormat
from core.settings import SettingsError, read
from core.sightings import NotNow, NotThere
from heroku.redacting import redacted
from rules import durations
from toolbelt.printable import printable
from toolbelt.tables import table

LONGEST_WORD = 300  # characters of who and why
LOOK_WHETHER = "; it may have heard what was asked all the same: when it answers, look: bin/dynohook history"

Function = TypeVar("Function", bound=Callable[..., Any])


class Failure(click.ClickException):
    """The command ends in one line for a person; with --json as JSON on standard output, with what is `more` to say."""

    def __init__(self, message: str, **more: Any) -> None:
        super().__init__(message)
        self._more = more
        context = click.get_current_context(silent=True)
        self._as_json = context is not None and wants_json(context.params)

    def show(self, file: IO[Any] | None = None) -> None:
        """Where whoever called looks for it."""
        if self._as_json:
            print_json({"error": self.message, **self._more})
        else:
            self.show_in_words(file)

    def show_in_words(self, file: IO[Any] | None) -> None:
        """For a person."""
        super().show(file)


class No(Failure):
    """The answer is no: there is no such thing, or it is not right."""

    exit_code = 1


class Unusable(Failure):
    """There is nothing to do what was asked with."""

    exit_code = 2


class Unreachable(Failure):
    """Redis cannot be reached, or nobody said where it is."""

    exit_code = 3


class Duration(click.ParamType[float]):
    """A duration as in rule files, in seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds; what is no duration is shown with what one looks like."""
        try:
            return value if isinstance(value, float) else durations.seconds(value)
        except ValueError as error:
            self.fail(f"{value!r} {error}", param, ctx)


@contextmanager
def hands() -> Iterator[Hands]:
    """What a person can do, on one connection; what goes wrong ends the command in one line."""
    with connected() as client:
        try:
            yield Hands(client)
        except (NotThere, NotNow, UnknownFormat) as error:
            raise No(str(error)) from error


@contextmanager
def connected() -> Iterator[redis.Redis]:
    """One connection to the service's Redis; if it cannot be had, or is lost, the command ends in one line."""
    try:
        settings = read("redis_url")
        client = connections.for_worker(settings, connections=1)
    except SettingsError as error:
        raise Unreachable(str(error)) from error
    except ValueError as error:  # its message could hold the password
        raise Unreachable(
            "REDIS_URL is no address of a Redis: it looks like redis://…, rediss://… or unix://…"
        ) from error
    try:
        with client:
            yield client
    except redis.ResponseError as error:
        raise Unreachable(f"the Redis of REDIS_URL refused it: {redacted(str(error))[:LONGEST_WORD]}") from error
    except (redis.RedisError, OSError) as error:
        says = f"the Redis of REDIS_URL does not answer ({type(error).__name__})"
        raise Unreachable(says + LOOK_WHETHER * changes_something()) from error


def changes_something() -> bool:
    """Whether the command that runs was told why."""
    context = click.get_current_context(silent=True)
    return context is not None and "why" in context.params


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def wants_json(params: Mapping[str, Any]) -> bool:
    """Whether a command was called by a program."""
    return bool(params.get("as_json") or params.get("kind") == "json")


def _word(context: click.Context, option: click.Parameter, value: str) -> str:  # noqa: ARG001
    """Something, on one line, and no essay: it is kept."""
    said = " ".join(value.split())
    if not said or len(said) > LONGEST_WORD:
        raise click.BadParameter(f"must be 1 to {LONGEST_WORD} characters")
    return said


def person(command: Function) -> Function:
    """The two options of every command that changes something: who, and why."""
    command = click.option("--why", required=True, callback=_word, help="Kept beside what you did.")(command)
    by = click.option("--by", default=who, show_default="you", callback=_word, help="Who does this; kept beside it.")
    return by(command)


def who() -> str:
    return os.environ.get("USER") or os.environ.get("LOGNAME") or "somebody"


def examples(*lines: str) -> str:
    """The end of a command's help, kept as it is written."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def page(heading: str, rows: Sequence[tuple[str, str]]) -> None:
    """A heading, and under it names with what they are."""
    widest = max((len(name) for name, _ in rows), default=0)
    click.echo(f"\n{heading}")
    for name, text in rows:
        click.echo(f"   {name:<{widest}}   {printable(text)}".rstrip())


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns under a head, as wide as the terminal; a row stays one line where a program reads it."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    first, *others = table(head, rows, width=width)
    click.secho(first, bold=True)
    for line in others:
        click.echo(line)
