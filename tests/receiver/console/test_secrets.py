"""No page shows a secret, whatever was kept: what is written down is clean already, and pages look once more."""

import pytest

from core.links import CONSOLE
from tests.receiver.console.browsing import PASSWORD, Visitor
from tests.receiver.console.filling import fill
from tests.receiver.console.keeping import Records
from tests.receiver.console.walking import walk
from tests.receiver.fakes import SECRET

KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        pytest.param("with HRKU-0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9 it went", "0a1b2c3d", id="a token of Heroku's"),
        pytest.param("with inf-0a1b2c3d4e5f60718293 it went", "0a1b2c3d", id="a key of the inference service"),
        pytest.param("postgres://user:hunter2hunter2@db.example/x", "hunter2", id="the password of a database"),
        pytest.param("https://files.example/slug.tgz?X-Amz-Signature=0a1b2c3d4e5f", "0a1b2c3d", id="a signed link"),
        pytest.param("Authorization: Bearer 0a1b2c3d4e5f60718293", "0a1b2c3d", id="a header"),
        pytest.param(f"found {KEY} there", "MIIEvQ", id="a private key"),
    ],
)
def test_no_page_shows_one(ada: Visitor, records: Records, text: str, secret: str) -> None:
    fill(records, text, name="a-name")

    pages = walk(ada)
    pages[f"{CONSOLE}/calls.jsonl"] = ada.get(f"{CONSOLE}/calls.jsonl").text

    assert len(pages) > 20
    assert [path for path, page in pages.items() if secret in page] == []
    for beginning in ("runs/", "events/", "rules/", "calls", "people", "silences", "pause", "messages"):
        shown = [page for path, page in pages.items() if path.startswith(f"{CONSOLE}/{beginning}")]
        assert any("[redacted]" in page for page in shown), beginning


def test_no_page_shows_one_of_our_own(ada: Visitor, records: Records) -> None:
    fill(records, "nothing secret")
    assert [path for path, page in walk(ada).items() if PASSWORD in page or SECRET in page] == []


def test_links_are_led_on_as_they_are(ada: Visitor, records: Records) -> None:
    """What looks like the query of a signed link is struck out of text; of the console's own links it is needed."""
    for number in range(60):
        records.run(f"e{number}:roll-back", state="failed")
    page = ada.page(f"{CONSOLE}/runs?state=failed&app=acme-shop")
    assert 'href="?state=failed&amp;app=acme-shop&amp;skip=50"' in page
    assert "[redacted]" not in page


def test_a_reason_is_kept_without_one(ada: Visitor, records: Records) -> None:
    run = f"{CONSOLE}/runs/{records.asking()}"
    ada.send(run, do="approve", why="I used HRKU-0a1b2c3d-4e5f\nto   look\x1b[31m")
    [deed] = records.hands.history(most=1)
    assert deed.why == "I used [redacted] to look [31m"
