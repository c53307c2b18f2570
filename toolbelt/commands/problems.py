"""What is told of rules that were looked over: to people, to programs, to GitHub."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

from core.settings import SettingsError
from heroku.scopes import least
from rules.errors import Problem, RuleErrors
from rules.examining import Examined
from rules.rulebook import Rulebook
from toolbelt import needs
from toolbelt.commands.common import No, Unusable, page, print_json
from workers.credentials import endpoints


class Refused(No):
    """The rules do not load; everything that is wrong with them is told."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("the rules do not load", problems=[problem_json(problem) for problem in problems])
        self._problems = problems

    def show_in_words(self, file: IO[Any] | None) -> None:  # noqa: ARG002
        """Each with its place, as `rules check` does."""
        tell(Examined(None, tuple(self._problems)))


class NothingToUse(Refused):
    """The same, for a command that only works with rules."""

    exit_code = Unusable.exit_code


@contextmanager
def refusing(*, unusable: bool = False) -> Iterator[None]:
    """Rules that do not load, or cannot be found, end the command: as a no, or as nothing that it could work with."""
    try:
        yield
    except RuleErrors as error:
        raise (NothingToUse if unusable else Refused)(error.problems) from error
    except SettingsError as error:
        raise (Unusable if unusable else No)(str(error), problems=[]) from error


def tell(examined: Examined) -> None:
    """For people."""
    for problem in examined.problems:
        click.echo(f"{problem}\n")
    click.echo(summary(examined))
    if examined.book:
        page("The rules need", list(needed(examined.book).items()))


def print_as_json(examined: Examined, lack: str) -> None:
    """For programs; with `error` where people get it as the last line."""
    told: dict[str, Any] = {"error": lack} if lack else {}
    told |= {"problems": [problem_json(problem) for problem in examined.problems]}
    if examined.book:
        book = examined.book
        told |= {
            "rules": len(book.rules),
            "digest": book.digest,
            "includes": needs.includes(book),
            "scopes": scopes(book),
        }
    print_json(told)


def annotate(examined: Examined) -> None:
    """For GitHub Actions: https://docs.github.com/actions/reference/workflow-commands-for-github-actions"""
    for problem in examined.problems:
        where = f"file={_property(_from_here(problem.file))},line={problem.line},col={problem.column}"
        click.echo(f"::{problem.severity} {where}::{_data(problem.told)}")
    click.echo(summary(examined))


def summary(examined: Examined) -> str:
    """The whole in one line."""
    errors = sum(problem.severity == "error" for problem in examined.problems)
    warnings = len(examined.problems) - errors
    if examined.book is None:
        things = "1 thing is" if errors == 1 else f"{errors} things are"
        return f"{things} wrong{_besides(warnings)}; no worker would start with that."
    if warnings:
        return f"Nothing is wrong{_besides(warnings)}: {told(examined.book)}."
    return f"Nothing is wrong: {told(examined.book)}."


def _besides(warnings: int) -> str:
    return f", and {warnings} warning{'' if warnings == 1 else 's'}" if warnings else ""


def told(book: Rulebook) -> str:
    """How many rules there are, and how far they go."""
    number = len(book.rules)
    modes = [rule.mode.value for rule in book.rules]
    counts = ", ".join(f"{modes.count(mode)} {mode}" for mode in ("live", "shadow", "off") if mode in modes)
    return f"{number} rule{'' if number == 1 else 's'}{f' ({counts})' if counts else ''}"


def needed(book: Rulebook) -> dict[str, str]:
    """What the rules need of Heroku, in words."""
    those = {f"scope for {name}": ", ".join(names) for name, names in scopes(book).items()}
    return {"webhooks": ", ".join(needs.includes(book)), **those}


def scopes(book: Rulebook) -> dict[str, list[str]]:
    """The OAuth scopes that each rule's access takes; those that call nothing are left out."""
    taken = {rule.name: list(least(endpoints(rule))) for rule in needs.at_work(book)}
    return {name: found for name, found in taken.items() if found}


def problem_json(problem: Problem) -> dict[str, Any]:
    """A problem, without the line that it stands in."""
    return {
        "severity": problem.severity,
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "key": problem.key,
        "message": problem.message,
        "suggestion": problem.suggestion,
    }


def _from_here(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_absolute() and path.is_relative_to(Path.cwd()) else file


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
