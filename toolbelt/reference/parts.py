"""A page whose tables are made and whose words are written: the made parts stand between two marks.

`<!-- made: NAME -->` … `<!-- end -->`; all else is left as it is.
"""

import re
from collections.abc import Callable, Mapping

_PART = re.compile(r"(<!-- made: ([a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def renewed(page: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """The page with each of its made parts made anew; raises LookupError for a part that nobody makes."""
    return _PART.sub(lambda found: f"{found[1]}{parts[found[2]]()}{found[3]}", page)


def named(page: str) -> tuple[str, ...]:
    """The parts that the page has, in their order."""
    return tuple(found[2] for found in _PART.finditer(page))
