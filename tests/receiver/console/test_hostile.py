"""What strangers wrote stands on pages as text and nothing else: commit messages, names, logs, what an agent said."""

from html.parser import HTMLParser

import pytest

from tests.receiver.console.browsing import Visitor
from tests.receiver.console.filling import fill
from tests.receiver.console.keeping import Records
from tests.receiver.console.walking import walk

MARKUP = """"'><img src=x onerror=alert(1)><script>alert(2)</script><u onclick=alert(3)>{{ 7*7 }}<!-- --></pre>"""
HANDLED = ("on", "hx-on", "style", "srcdoc", "formaction")


class Seen(HTMLParser):
    """The tags and attributes of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(MARKUP, id="markup"),
        pytest.param("javascript:alert(1)//", id="an address that runs"),
        pytest.param("../../../static/..\\", id="a way up"),
        pytest.param("?state=failed&skip=9#x", id="a query"),
        pytest.param("{% raw %}{{ config }}{# ", id="a template"),
        pytest.param("\u202etxet\u200b\x1b[31m\x07", id="what turns text around"),
        pytest.param("ü 李雷 😀", id="any language"),
    ],
)
def test_no_text_becomes_anything_else_on_any_page(ada: Visitor, records: Records, text: str) -> None:
    fill(records, text)

    pages = walk(ada)

    assert len(pages) > 20
    for path, page in pages.items():
        seen = Seen(page)
        assert not {"img", "u", "iframe", "object", "base"} & {tag for tag, _ in seen.tags}, path
        for tag, attrs in seen.tags:
            assert not [name for name in attrs if name.startswith(HANDLED)], (path, tag)
            assert tag != "script" or (attrs.get("src") or "").startswith("/console/static/htmx.min.js?")
            for name in ("href", "action", "src", "hx-get"):
                assert (attrs.get(name) or "/console").startswith(("/console", "?", "#")), (path, tag, attrs)


def test_it_is_shown_as_what_it_is(ada: Visitor, records: Records) -> None:
    fill(records, MARKUP)
    pages = walk(ada)
    telling = [path for path, page in pages.items() if MARKUP in Seen(page).text]
    for beginning in ("/console/runs", "/console/events", "/console/rules", "/console/calls", "/console/people"):
        assert any(path.startswith(beginning) for path in telling), beginning
