"""A web server for those actions that ask the web."""

from collections.abc import Iterator

import pytest

from tests.workers.actions.pages import Pages, serving


@pytest.fixture(scope="session")
def web() -> Iterator[Pages]:
    with serving() as pages:
        yield pages


@pytest.fixture
def pages(web: Pages) -> Pages:
    """The server, as if nobody had asked it anything."""
    web.asked.clear()
    web.answers.clear()
    web.at.clear()
    web.holds.clear()
    web.usual = (200, "all is well")
    return web
