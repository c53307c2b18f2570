"""The signature: Heroku's own vector, several secrets, any bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroku.signature import Verifier, sign

BODY = b"a wild payload appeared"
SIGNATURE = "luDEVkRg2AxxcflGmamyN5mOPleyccUZdkg+C0MoRBY="


def fits(verifier: Verifier, body: bytes, signature: bytes) -> bool:
    check = verifier.begin()
    check.update(body)
    return check.fits(signature)


def test_signs_as_heroku_does() -> None:
    assert sign("foobar", BODY) == SIGNATURE


@pytest.mark.parametrize("secrets", [["foobar"], ["other", "foobar"], ["foobar", "other"], ["foobar", "foobar"]])
def test_a_signature_of_any_of_the_secrets_fits(secrets: list[str]) -> None:
    assert fits(Verifier(secrets), BODY, SIGNATURE.encode())


@pytest.mark.parametrize("parts", [1, 2, 23], ids=["whole", "halves", "bytes"])
def test_a_body_may_arrive_in_parts(parts: int) -> None:
    check = Verifier(["foobar"]).begin()
    size = -(-len(BODY) // parts)
    for start in range(0, len(BODY), size):
        check.update(BODY[start : start + size])
    assert check.fits(SIGNATURE.encode())


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(b"", id="empty"),
        pytest.param(SIGNATURE[:-1].encode(), id="truncated"),
        pytest.param(SIGNATURE.encode() + b"=", id="longer"),
        pytest.param(b" " + SIGNATURE.encode(), id="space before"),
        pytest.param(SIGNATURE.lower().encode(), id="lower case"),
        pytest.param(SIGNATURE.replace("+", "-").encode(), id="url-safe alphabet"),
        pytest.param(b"sha256=" + SIGNATURE.encode(), id="prefixed"),
        pytest.param(sign("other", BODY).encode(), id="other secret"),
        pytest.param(sign("foobar", BODY + b" ").encode(), id="other body"),
        pytest.param("luÐEVkRg2Axxcfl".encode(), id="not ASCII"),
        pytest.param(b"\xff\xfe\x00", id="not text"),
    ],
)
def test_anything_else_does_not_fit(signature: bytes) -> None:
    assert not fits(Verifier(["foobar"]), BODY, signature)


def test_a_signature_without_a_body_is_that_of_the_empty_body() -> None:
    check = Verifier(["foobar"]).begin()
    assert check.fits(sign("foobar", b"").encode())


def test_checks_do_not_share_what_they_saw() -> None:
    verifier = Verifier(["foobar"])
    verifier.begin().update(b"something else")
    assert fits(verifier, BODY, SIGNATURE.encode())


def test_a_secret_that_looks_like_hex_is_not_decoded() -> None:
    assert fits(Verifier(["00ff"]), BODY, sign("00ff", BODY).encode())
    assert sign("00ff", BODY) != sign("\x00\xff", BODY)


@pytest.mark.parametrize("secrets", [[], [""], ["foobar", ""], ["foobar", "  "]])
def test_a_blank_secret_is_refused(secrets: list[str]) -> None:
    with pytest.raises(ValueError, match="none may be blank"):
        Verifier(secrets)


def test_a_secret_from_an_odd_environment_is_used_byte_by_byte() -> None:
    assert fits(Verifier(["caf\udce9"]), BODY, sign("caf\udce9", BODY).encode())


def test_no_secret_shows() -> None:
    verifier = Verifier(["foobar"])
    assert "foobar" not in repr(verifier) + repr(verifier.begin())


@given(secret=st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip), body=st.binary())
def test_what_is_signed_fits(secret: str, body: bytes) -> None:
    assert fits(Verifier(["other", secret]), body, sign(secret, body).encode())


@given(body=st.binary(), signature=st.binary())
def test_any_bytes_are_judged_and_none_believed(body: bytes, signature: bytes) -> None:
    assert fits(Verifier(["foobar"]), body, signature) == (signature == sign("foobar", body).encode())
