"""Templates and files: nothing that a browser could be made to run, and the one script that is somebody else's."""

import hashlib
import re
from pathlib import Path

import pytest

from core.links import CONSOLE
from receiver.console.drawing import FILES, TEMPLATES
from tests.receiver.console.browsing import Visitor

HTMX = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"
ALL = sorted(TEMPLATES.rglob("*"), key=str)

INLINE = {
    "a style": r"\bstyle\s*=|<style",
    "a script that stands there": r"<script(?![^>]*\bsrc=)|<script[^>]*>\s*\S+\s*</script",
    "a handler": r"\s(?:on[a-z]+|hx-on[\w:-]*)\s*=",
    "an address that runs": r"javascript:|data:text",
    "code for the script": r"\bhx-(?:vars|vals=[\"']js:)|hx-trigger=[\"'][^\"']*\[",
    "text taken for markup": r"\|\s*safe\b|autoescape\s+false|Markup\(",
    "what comes from elsewhere": r"(?:src|href|action|hx-\w+)\s*=\s*[\"']?(?:https?:)?//",
}


def test_there_are_templates_to_look_at() -> None:
    assert {"base.html", "run.html", "sign_in.html"} <= {path.name for path in ALL}


@pytest.mark.parametrize("template", ALL, ids=lambda path: path.name)
@pytest.mark.parametrize("pattern", INLINE.values(), ids=INLINE)
def test_no_template_holds(template: Path, pattern: str) -> None:
    assert re.findall(pattern, template.read_text(), re.IGNORECASE) == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("a style", '<p style="x">'),
        ("a script that stands there", "<script>alert(1)</script>"),
        ("a script that stands there", '<script src="x">alert(1)</script>'),
        ("a handler", '<a onclick="x">'),
        ("a handler", '<a hx-on:click="x">'),
        ("an address that runs", '<a href="javascript:x">'),
        ("code for the script", "<a hx-vals='js:{x: y}'>"),
        ("code for the script", '<a hx-trigger="click[x]">'),
        ("text taken for markup", "{{ x | safe }}"),
        ("what comes from elsewhere", '<img src="https://x">'),
        ("what comes from elsewhere", '<a href="//x">'),
    ],
)
def test_it_would_be_found(pattern: str, text: str) -> None:
    assert re.search(INLINE[pattern], text, re.IGNORECASE)


def test_htmx_is_the_release_that_was_looked_at_with_its_licence_beside_it() -> None:
    """Version 4.0.1; whoever puts another there reads what changed, and changes this."""
    content = (FILES / "htmx.min.js").read_bytes()
    assert hashlib.sha256(content).hexdigest() == HTMX
    assert b"4.0.1" in content
    assert "Zero-Clause BSD" in (FILES / "htmx.LICENSE").read_text()


@pytest.mark.parametrize(
    "path",
    [
        "/../app.py",
        "/%2e%2e/app.py",
        "/..%2fapp.py",
        "/%5c..%5capp.py",
        "/.%00/app.py",
        "//etc/passwd",
        "/" + "a" * 5_000,
        "/",
        "",
        "/%ff%fe",
    ],
)
def test_no_other_file_is_given_away(ada: Visitor, path: str) -> None:
    answer = ada.get(f"{CONSOLE}/static{path}")
    assert answer.status_code == 404
    assert "There is no such page." in answer.text


def test_a_page_asks_for_each_file_by_what_is_in_it(ada: Visitor) -> None:
    """Browsers keep files for an hour. After a deploy the new pages were drawn with the old sheet."""
    page = ada.get(f"{CONSOLE}/").text
    for file in sorted(FILES.glob("*.*")):
        if file.suffix in (".css", ".js", ".svg"):
            assert f"{CONSOLE}/static/{file.name}?{hashlib.sha256(file.read_bytes()).hexdigest()[:12]}" in page
