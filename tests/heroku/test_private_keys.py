"""Private keys leave a text whole, however they come; and what stands around them stays."""

import base64
import json
import random
import string
import time

import pytest

from heroku.redacting import REDACTED, clean, redacted, without_secrets
from rules.texts.marking import as_data

BASE64 = string.ascii_letters + string.digits + "+/"
MADE = random.Random(5)
LINES = ["".join(MADE.choices(BASE64, k=64)) for _ in range(24)] + ["".join(MADE.choices(BASE64, k=31)) + "="]
HEADERS = ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,5F4DCC3B5AA765D6", ""]
MEGABYTE = 1_000_000  # characters


def pem(name: str = "RSA PRIVATE KEY", *, headers: bool = False) -> list[str]:
    return [f"-----BEGIN {name}-----", *(HEADERS if headers else []), *LINES, f"-----END {name}-----"]


def logged(lines: list[str]) -> str:
    return "\n".join(f"2025-05-17T11:37:{n:02}.404020+00:00 app[web.1]: {line}" for n, line in enumerate(lines))


def leaked(text: str) -> list[str]:
    """What is left of a key: pieces of its lines, as they are or encoded once more."""
    encoded = base64.b64encode("\n".join(pem()).encode()).decode()
    return [
        line[at : at + 8]
        for line in (*LINES, encoded)
        for at in range(0, len(line) - 8, 8)
        if line[at : at + 8] in text
    ]


WHOLE = {
    "as a file": "\n".join(pem()),
    "with Windows' line ends": "\r\n".join(pem()),
    "one of any kind": "\n".join(pem("PRIVATE KEY")),
    "of OpenSSH": "\n".join(pem("OPENSSH PRIVATE KEY")),
    "of PGP": "\n".join(pem("PGP PRIVATE KEY BLOCK")),
    "of SSH2": "\n".join(["---- BEGIN SSH2 PRIVATE KEY ----", *LINES, "---- END SSH2 PRIVATE KEY ----"]),
    "locked with a password": "\n".join(pem(headers=True)),
    "in lines of a log": logged(pem()),
    "locked, in lines of a log": logged(pem(headers=True)),
    "indented": "\n".join(f"    {line}" for line in pem()),
    "on one line, escaped": "\\n".join(pem()),
    "escaped twice": "\\\\n".join(pem()),
    "in JSON": json.dumps({"key": "\n".join(pem(headers=True))}),
    "as a list in JSON": json.dumps(pem()),
    "in a variable": 'KEY="' + "\n".join(pem()) + '"',
    "on one line with spaces": " ".join(pem()),
    "encoded as a whole": base64.b64encode("\n".join(pem()).encode()).decode(),
    "without an end": "\n".join(pem()[:-1]),
    "without an end, in lines of a log": logged(pem(headers=True)[:-3]),
    "without a beginning": "\n".join(pem()[3:]),
    "without a beginning, in lines of a log": logged(pem()[3:]),
    "without a beginning, escaped": "\\n".join(pem()[3:]),
    "lines from within": "\n".join(LINES[3:20]),
    "lines from within, in a log": logged(LINES[3:20]),
}


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
@pytest.mark.parametrize("through", [redacted, without_secrets, as_data, lambda text: clean(text, limit=10_000)])
def test_a_private_key_goes_whole(text: str, through: object) -> None:
    """Of a key that an app printed into its log, or that was locked with a password, all but the first line stayed."""
    assert callable(through)
    passed = through(f"It began.\n{text}")
    assert leaked(passed) == []
    assert "It began." in passed
    assert REDACTED in passed


@pytest.mark.parametrize(
    "text", [WHOLE[name] for name in ("as a file", "in JSON", "without a beginning", "in lines of a log")]
)
def test_what_comes_after_a_key_stays(text: str) -> None:
    assert redacted(f"{text}\nState changed from up to crashed").endswith("\nState changed from up to crashed")


def test_two_keys_do_not_take_along_what_stands_between_them() -> None:
    key = "\n".join(pem())
    assert redacted(f"one {key} two {key} three") == f"one {REDACTED} two {REDACTED} three"


STAYS = [
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "The private key was changed.",
    "0123456789abcdef" * 4,  # a digest
    "/app/vendor/bundle/ruby/3.3.0/gems/activerecord-8.0.2/lib/active_record/connection_adapters/pool.rb:412",
    "sha512-" + "aB3+" * 22 + "==",
]


@pytest.mark.parametrize("text", STAYS)
def test_what_is_no_private_key_stays(text: str) -> None:
    assert redacted(text) == text


BEGIN, END = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
HOSTILE = {
    "beginnings": BEGIN,
    "ends": END,
    "half beginnings": "-----BEGIN ",
    "half ends": "-----END ",
    "lines and ends": f"a\n{END}",
    "lines of a key": f"{LINES[0]}\n",
    "base64": LINES[0],
    "dashes": "-",
    "web tokens that never come": "-eyJaaaaaaaa",
    "web tokens without an end": "eyJaaaaaaaa.",
    "prefixes": "sk-",
    "names": "token",
    "quotes": 'token="',
    "addresses": "://a",
    "queries": "?a",
    "spaces": " ",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_megabyte_takes_no_longer_than_its_length(piece: str) -> None:
    """A megabyte of `-eyJaaaaaaaa`, which any app can log, held a worker up for minutes: each was looked through to
    the end of the text."""
    text = (piece * (MEGABYTE // len(piece)))[:MEGABYTE]

    def seconds(text: str) -> float:
        began = time.process_time()
        without_secrets(text)
        return time.process_time() - began

    assert seconds(text) < 10 * seconds(text[: MEGABYTE // 4]) + 0.2  # sixteen times, if it were quadratic
