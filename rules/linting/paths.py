"""Paths that lead nowhere in the events they are about, with what was probably meant."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from heroku.fields import FIELDS, field_at
from rules.errors import Fault
from rules.linting.reading import PathUse, paths_of
from rules.linting.subject import Subject, warning
from rules.suggesting import closest, listed
from rules.texts.expression_syntax import place_of

TWINS = {"api:dyno": "dyno", "dyno": "api:dyno"}


def unknown_paths(subject: Subject) -> Iterator[Fault]:
    """One warning for each path that some event which it must lead into does not know."""
    told = set()
    for use in paths_of(subject):
        without = [include for include in use.includes if field_at(include, use.path) is None]
        if not without or (use.at, use.path) in told or (not use.in_each and len(without) < len(use.includes)):
            continue
        told.add((use.at, use.path))
        yield _told(use, without)


def _told(use: PathUse, without: Sequence[str]) -> Fault:
    return replace(_fault(use, without), inside=_inside(use))


def _inside(use: PathUse) -> tuple[int, int] | None:
    """Where in the text the path stands, if it is written there as it is."""
    start = use.text.find(use.path)
    return place_of(use.text, start) if start >= 0 else None


def _fault(use: PathUse, without: Sequence[str]) -> Fault:
    twin = TWINS.get(without[0])
    message = f"{listed(without)} has no {use.path}, as far as is known: {use.so}"
    if len(without) == 1 and twin and field_at(twin, use.path):
        return warning(use.at, f"{message}; only {twin} tells of it", at_key=use.at_key)
    return warning(use.at, message, suggested(without[0], use.path), at_key=use.at_key)


def suggested(include: str, path: str) -> str | None:
    """The known path that was probably meant: another word in the same place, or the same word in another place."""
    known = FIELDS[include]
    parts = path.split(".")
    depth = next(n for n in range(len(parts) - 1, -1, -1) if n == 0 or ".".join(parts[:n]) in known)
    parent = ".".join(parts[:depth])
    beside = {one.rpartition(".")[2]: one for one in known if one.rpartition(".")[0] == parent}
    near = closest(parts[depth], beside)
    if near:
        rest = ".".join((beside[near], *parts[depth + 1 :]))
        return rest if field_at(include, rest) else beside[near]
    elsewhere = [one for one in known if one.rpartition(".")[2] == parts[-1] and one.startswith("data.")]
    return min(elsewhere, key=len) if elsewhere else None
