"""Lists in pages, by the headers Range and Next-Range: `version ]32..; order=desc,max=10`.

https://devcenter.heroku.com/articles/platform-api-reference#ranges
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from toolbelt.simulator.errors import bad_range

DEFAULT_MAX = 200
MOST = 1_000
RANGE = re.compile(r"(?P<field>\w+)\s*(?P<start>\S*?)\.\.(?P<end>[^\s;]*)\s*(?:;\s*(?P<options>.*))?")

Key = Callable[[Any], int | str]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, the status (206 when more follow) and the headers that say where one is."""

    rows: list[Any]
    status: int
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Range:
    """What a Range header asks for."""

    field: str
    start: str
    end: str
    order: str
    most: int


def page(rows: Sequence[Any], header: str | None, fields: Mapping[str, Key]) -> Page:
    """The rows that the header asks for; without one the first rows by the first of the fields."""
    asked = _read(header, fields)
    key = fields[asked.field]
    ordered = sorted(rows, key=key, reverse=asked.order == "desc")
    left = [row for row in ordered if _within(key(row), asked)]
    shown = left[: asked.most]
    headers = {"Accept-Ranges": ", ".join(fields)}
    if shown:
        headers["Content-Range"] = f"{asked.field} {key(shown[0])}..{key(shown[-1])}"
    if len(left) == len(shown):
        return Page(shown, 200, headers)
    options = f"order={asked.order},max={asked.most}"
    headers["Next-Range"] = f"{asked.field} ]{key(shown[-1])}..{asked.end}; {options}"
    return Page(shown, 206, headers)


def _read(header: str | None, fields: Mapping[str, Key]) -> Range:
    if header is None:
        return Range(field=next(iter(fields)), start="", end="", order="asc", most=DEFAULT_MAX)
    found = RANGE.fullmatch(header.strip())
    if found is None or found["field"] not in fields:
        raise bad_range(f"Range must be of the form `field start..end` with one of {', '.join(fields)}.")
    options = dict(part.strip().partition("=")[::2] for part in (found["options"] or "").split(",") if part.strip())
    order, most = options.pop("order", "asc"), options.pop("max", str(DEFAULT_MAX))
    if options or order not in {"asc", "desc"} or not most.isdecimal() or not 1 <= int(most) <= MOST:
        raise bad_range(f"Range knows order=asc|desc and max=1..{MOST}, no other options.")
    return Range(field=found["field"], start=found["start"], end=found["end"], order=order, most=int(most))


def _within(key: int | str, asked: Range) -> bool:
    """Whether a row lies in the range; `]` before the start leaves the start itself out."""
    start = asked.start.removeprefix("]")
    after_start = not start or _reached(key, start, asked.order, itself=not asked.start.startswith("]"))
    before_end = not asked.end or not _reached(key, asked.end, asked.order, itself=False)
    return after_start and before_end


def _reached(key: int | str, bound: str, order: str, *, itself: bool) -> bool:
    """Whether the row stands at or behind the bound, in the order asked for."""
    if isinstance(key, int) and not bound.isdecimal():
        raise bad_range(f"Range starts and ends with a number here, not {bound}.")
    there: Any = int(bound) if isinstance(key, int) else bound
    here: Any = key
    return bool(itself and here == there) or bool(here < there if order == "desc" else here > there)
