"""Asking the web: bounded in size and time, nowhere private, and no address in any error."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.workers.actions.pages import Pages, serving
from workers.fetching import Fetcher, Unreachable


@pytest.fixture
def pages() -> Iterator[Pages]:
    with serving() as pages:
        yield pages


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    fetcher = Fetcher(private=True)
    yield fetcher
    fetcher.close()


def test_a_page_is_what_was_answered(fetcher: Fetcher, pages: Pages) -> None:
    pages.usual = (404, "nothing here")
    page = fetcher.fetch(f"{pages.url}/a?b=c", headers={"X-A": "1"})
    assert (page.status, page.text) == (404, "nothing here")
    [asked] = pages.asked
    assert (asked.method, asked.path, asked.headers["x-a"]) == ("GET", "/a?b=c", "1")
    assert "authorization" not in asked.headers


def test_who_is_named_in_an_address_logs_in(fetcher: Fetcher, pages: Pages) -> None:
    fetcher.fetch(pages.url.replace("//", "//user:pass@"))
    assert pages.asked[0].headers["authorization"] == "Basic dXNlcjpwYXNz"


def test_of_a_long_page_the_first_or_the_last_is_read(fetcher: Fetcher, pages: Pages) -> None:
    pages.usual = (200, "a" * 300_000 + "z" * 10)
    assert fetcher.fetch(pages.url, most_bytes=20).text == "a" * 20
    assert fetcher.fetch(pages.url, most_bytes=20, last=True).text == "a" * 10 + "z" * 10


def test_a_page_does_not_show(fetcher: Fetcher, pages: Pages) -> None:
    assert "all is well" not in repr(fetcher.fetch(pages.url))


NO_ADDRESS = [
    "",
    "nowhere",
    "ftp://a.example/",
    "http://",
    "http://a.example:99999/",
    "http://[::1/",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_what_is_no_address_of_the_web_never_will_be(fetcher: Fetcher, url: str) -> None:
    with pytest.raises(Unreachable, match="its address is none of the web") as raised:
        fetcher.fetch(url)
    assert raised.value.for_good


def test_where_nobody_listens_is_told_without_the_address(fetcher: Fetcher) -> None:
    with pytest.raises(Unreachable) as raised:
        fetcher.fetch("http://127.0.0.1:9/a-secret-path")
    assert str(raised.value) == "gave no answer (ConnectError)"
    assert not raised.value.for_good


def test_private_addresses_are_for_what_heroku_itself_names(pages: Pages) -> None:
    fetcher = Fetcher(private=False)
    with pytest.raises(Unreachable, match="private address") as raised:
        fetcher.fetch(pages.url)
    assert raised.value.for_good
    assert fetcher.fetch(pages.url, trusted=True).status == 200
    fetcher.close()


def test_an_answer_that_drips_ends_in_time(fetcher: Fetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                while not over.wait(0.02):
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        began = time.monotonic()
        with pytest.raises(Unreachable, match="gave no answer"):
            fetcher.fetch(f"http://127.0.0.1:{listener.getsockname()[1]}/", seconds=0.2)
        assert time.monotonic() - began < 5.0
        over.set()
        thread.join(5)
