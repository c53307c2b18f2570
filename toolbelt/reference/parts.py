"""A page whose tables are made and whose words are written: the made parts stand between two marks.

`<!-- made: NAME -->` … `<!-- end -->`; all else is left as it is.
"""

import re
from collections.abc import Callable, Mapping

_PART = re.compile(r"(<!-- made: ([a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_HEADING = re.compile(r"^(##+) (.+)$", re.MULTILINE)


def renewed(page: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """The page with each of its made parts made anew; raises LookupError for a part that nobody makes."""
    return _PART.sub(lambda found: f"{found[1]}{parts[found[2]]()}{found[3]}", page)


def named(page: str) -> tuple[str, ...]:
    """The parts that the page has, in their order."""
    return tuple(found[2] for found in _PART.finditer(page))


def anchor(heading: str) -> str:
    """The name by which a heading can be linked to, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(page: str) -> frozenset[str]:
    """Those of all headings of a page, but for its title."""
    return frozenset(anchor(found[2]) for found in _HEADING.finditer(page))


def contents(page: str) -> str:
    """A list of the page's chapters."""
    return "".join(f"- [{found[2]}](#{anchor(found[2])})\n" for found in _HEADING.finditer(page) if found[1] == "##")
