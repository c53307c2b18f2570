"""Addresses with templates in them: what an event says is a part of its place, and never more."""

from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.errors import TemplateError
from rules.texts import web_addresses
from rules.texts.templates import render_params

JOINS = {"url": web_addresses.address, "path": web_addresses.path}
HOOK = "https://acme.example/hook"


def rendered(text: str, value: Any, *, field: str = "url") -> str:
    context = {"data": {"x": value, "empty": "", "list": [value, value]}}
    return str(render_params({field: text}, context, joins=JOINS)[field])


@pytest.mark.parametrize(
    ("value", "segment"),
    [
        pytest.param("b7f3d6a8", "b7f3d6a8", id="plain"),
        pytest.param("web.1_a~b-c", "web.1_a~b-c", id="unreserved"),
        pytest.param("../admin", "..%2Fadmin", id="another place"),
        pytest.param("x?a=b#c", "x%3Fa%3Db%23c", id="a query"),
        pytest.param("a b", "a%20b", id="a space"),
        pytest.param("a\r\nHost: b", "a%0D%0AHost%3A%20b", id="lines"),
        pytest.param("%2e%2e/", "%252e%252e%2F", id="encoded already"),
        pytest.param("a\\b;c&d=e+f@g:h", "a%5Cb%3Bc%26d%3De%2Bf%40g%3Ah", id="all that means something"),
        pytest.param("é", "%C3%A9", id="not ASCII"),
        pytest.param("\ud800", "%3F", id="half a character"),
        pytest.param("\x00\x02\x03", "%00", id="control characters"),
        pytest.param(7, "7", id="a number"),
    ],
)
@pytest.mark.parametrize("place", ["/{}", "/{}/more", "/a-{}.json", "?app={}", "?a=1&b={}&c=2", "#{}"])
def test_what_an_event_says_is_one_segment_or_one_value(value: object, segment: str, place: str) -> None:
    """A commit called `../admin?x=` had a webhook of the team's own called at another path than the rule named."""
    assert rendered(HOOK + place.format("{{ data.x }}"), value) == HOOK + place.format(segment)


@pytest.mark.parametrize("written", ["/a%20b/../c?d=e&f#g", "/a b", "", "?x=%2F"])
def test_what_is_written_stays_as_it_is(written: str) -> None:
    assert rendered(f"{HOOK}{written}{{{{ data.empty }}}}", "") == HOOK + written


def test_a_path_by_itself_is_treated_alike() -> None:
    assert rendered("/deploys/{{ data.x }}?of={{ data.x }}", "a/b", field="path") == "/deploys/a%2Fb?of=a%2Fb"


def test_each_printed_value_is_encoded_by_itself() -> None:
    text = HOOK + "{% for x in data.list %}/{{ x }}{% endfor %}"
    assert rendered(text, "a/b") == HOOK + "/a%2Fb/a%2Fb"


WHOLE = [
    pytest.param("{{ data.x }}", "https://x.herokuapp.com/", "https://x.herokuapp.com/", id="a whole address"),
    pytest.param("{{ data.x }}", "http://x.example:8080", "http://x.example:8080", id="with its port"),
    pytest.param("{{ data.x }}healthz", "https://x.example/", "https://x.example/healthz", id="and a path"),
    pytest.param("https://{{ data.x }}/healthz", "www.acme.example", "https://www.acme.example/healthz", id="a host"),
    pytest.param("https://{{ data.x }}.acme.example", "web-1", "https://web-1.acme.example", id="a part of a host"),
    pytest.param("https://acme.example:{{ data.x }}/", 8443, "https://acme.example:8443/", id="a port"),
    pytest.param("https://me@{{ data.x }}/a", "acme.example", "https://me@acme.example/a", id="behind a name"),
]


@pytest.mark.parametrize(("text", "value", "comes_to"), WHOLE)
def test_what_stands_for_a_whole_address_or_a_host_is_one(text: str, value: object, comes_to: str) -> None:
    assert rendered(text, value) == comes_to


HOST, ALL = "https://{{ data.x }}/healthz", "{{ data.x }}"
REFUSED = [
    *[
        pytest.param(HOST, value, "host name", id=f"host: {value!r}")
        for value in (
            "evil.example/a",
            "evil.example?a",
            "evil.example#a",
            "evil.example:8080",
            "a@evil.example",
            "a\\evil.example",
            "a evil.example",
            "evil.example\n",
            "[::1]",
            "a..b",
            ".evil.example",
            "-",
            "a" * 64,
            "*.acme.example",
            "%65vil.example",
            "évil.example",
            ["evil.example"],
        )
    ],
    *[
        pytest.param(ALL, value, "no address", id=f"whole: {value!r}")
        for value in (
            "acme.example/a",
            "//acme.example",
            "ftp://acme.example/",
            "javascript:alert(1)",
            "https://",
            "https:///a",
            "https://me:secret@acme.example/",
            "https://acme.example\\@evil.example/",
            "https://acme.example:99999/",
            "https://acme.example:/",
            "https://acme.example/a b",
            "https://acme.example/\nX: y",
            " https://acme.example/",
            "https://[::1]/",
            "/healthz",
            "$A_SECRET",
        )
    ],
    pytest.param(ALL, "https://acme.example/a?key=1", "does not print the query", id="a query, which may be a key"),
    pytest.param("https://a.example{{ data.x }}", "/healthz", "host name", id="a path behind a host"),
    pytest.param("https://a.example:{{ data.x }}/", "80@evil.example", "no port", id="a host for a port"),
    pytest.param("https://a.example:{{ data.x }}/", 65_536, "no port", id="no port"),
    pytest.param("https://a.example:{{ data.x }}/", "٣", "no port", id="a digit of elsewhere"),
    pytest.param(HOOK + "/{{ data.x }}/b", "..", "leads elsewhere", id="up"),
    pytest.param(HOOK + "/.{{ data.x }}", ".", "leads elsewhere", id="up by halves"),
    pytest.param(HOOK + "/%2e{{ data.x }}", ".", "leads elsewhere", id="up, encoded by half"),
    pytest.param(HOOK + "/{{ data.x }}", "..;a", "leads elsewhere", id="up, for some servers"),
    pytest.param("https://{{ data.x }}/{{ data.x }}", "..", "host name", id="dots for a host"),
]


@pytest.mark.parametrize(("text", "value", "told"), REFUSED)
def test_what_would_lead_elsewhere_is_refused(text: str, value: object, told: str) -> None:
    with pytest.raises(TemplateError, match=told) as raised:
        rendered(text, value)
    assert "evil" not in str(raised.value)


def test_dots_behind_a_whole_address_lead_nowhere_either() -> None:
    context = {"data": {"url": "https://acme.example/a", "x": ".."}}
    with pytest.raises(TemplateError, match="leads elsewhere"):
        render_params({"url": "{{ data.url }}/{{ data.x }}"}, context, joins=JOINS)


@given(value=st.text())
def test_whatever_an_event_says_the_rest_of_the_address_is_the_same(value: str) -> None:
    try:
        parts = urlsplit(rendered("https://acme.example/a/{{ data.x }}/b?c={{ data.x }}&d=e", value))
    except TemplateError:
        return
    assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "acme.example", "")
    assert [parts.path.count("/"), parts.query.count("&"), parts.query.count("=")] == [3, 1, 2]
    if "://" not in value:
        expected = value.encode(errors="replace").decode().replace("\x02", "").replace("\x03", "")
        assert unquote(parts.path.split("/")[2]) == expected


@pytest.mark.parametrize("place", ["/", "?a="])
def test_an_address_is_not_cut_as_that_would_be_another_one(place: str) -> None:
    with pytest.raises(TemplateError, match="too long"):
        rendered(HOOK + place + "{{ data.x }}", "x" * 100_000)
