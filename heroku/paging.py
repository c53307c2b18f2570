"""Lists in pages: Heroku answers 206 and says in `Next-Range` what to ask for next, verbatim.

https://devcenter.heroku.com/articles/platform-api-reference#ranges
"""

from collections.abc import Callable, Iterator

from heroku.calls import Answer

PAGE_ITEMS = 100  # Heroku gives 200 unless told; most callers read a few
MOST_PAGE_ITEMS = 1_000  # Heroku gives no more


def opening(order: str, *, descending: bool, at_most: int = PAGE_ITEMS) -> str:
    """The `Range` that opens a list ordered by this field; `ValueError` for pages of a size that Heroku refuses."""
    if not 1 <= at_most <= MOST_PAGE_ITEMS:
        raise ValueError(f"a page holds 1 to {MOST_PAGE_ITEMS:,} items, not {at_most:,}")
    direction = "desc" if descending else "asc"
    return f"{order} ..; order={direction},max={at_most}"


def pages(fetch: Callable[[str | None], Answer], opening: str | None) -> Iterator[Answer]:
    """The pages of a list, each fetched when it is reached.

    Ends with the first answer that is no 206, or with a `Next-Range` that was asked for already: a list that
    does not move would be read for ever.
    """
    asked: set[str | None] = set()
    wanted = opening
    while wanted not in asked:
        asked.add(wanted)
        page = fetch(wanted)
        yield page
        if page.status != 206 or page.next_range is None:
            return
        wanted = page.next_range
