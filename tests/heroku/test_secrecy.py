"""The token is in one header of requests to Heroku and nowhere else."""

import string
import traceback
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroku.client import Heroku
from heroku.errors import HerokuError
from tests.heroku.doubles import bench, json

TOKENS = st.text(string.ascii_letters + string.digits + "-_.~+/=", min_size=8).map("HRKU-".__add__) | st.uuids().map(
    str
)


def shown(error: BaseException) -> str:
    """All that a log of this error could hold."""
    told = [str(error), repr(error), repr(getattr(error, "args", ())), repr(vars(error))]
    return "\n".join([*told, *traceback.format_exception(error)])


def echoes(token: str) -> list[Any]:
    """Answers that give the token back wherever an answer can hold something."""
    said = f"the token {token} in Bearer {token}"
    return [
        json({"id": token, "message": said}, 422, Request_Id=token),
        json({"id": "x", "error": said}, 401),
        json({"message": said}, 503),
        httpx2.Response(500, html=said),
        httpx2.Response(201, text=said),
        httpx2.Response(302, headers={"location": f"https://elsewhere.example/{token}"}),
        json([{"id": said}], 201, X_Heroku_Warning=said, Request_Id=token),
        httpx2.ReadTimeout(said),
        httpx2.ConnectError(said),
        httpx2.RemoteProtocolError(said),
    ]


@given(TOKENS)
def test_no_error_and_no_record_shows_the_token(token: str) -> None:
    for reply in echoes(token):
        b = bench(reply, token=token)
        with pytest.raises(HerokuError) as caught:
            b.heroku.rollback("acme-web", release="r-41")
        assert token not in str(caught.value) + repr(caught.value) + repr(vars(caught.value))
        assert token not in repr(b.record)
        assert token not in repr(b.heroku)


@given(TOKENS)
def test_no_answer_shows_the_token_in_its_record(token: str) -> None:
    reply = json({"id": "u-1"}, Request_Id=token, X_Heroku_Warning=f"Bearer {token} will end")
    b = bench(reply, token=token)
    b.heroku.account()
    assert token not in repr(b.record)


def test_a_whole_traceback_shows_no_token_of_our_own_making() -> None:
    token = "HRKU-s3cret"
    b = bench(json({"id": "x", "message": token}, 500, Request_Id=token), token=token)
    with pytest.raises(HerokuError) as caught:
        b.heroku.rollback("acme-web", release="r-41")
    assert "s3cret" not in shown(caught.value)


@pytest.mark.parametrize(
    "token",
    ["", " ", "HRKU-s3cret ", "HRKU-s3cret\n", "HRKU-\ts3cret", "HRKU-s3crét", "HRKU-s3cret\x7f", "HRKU-s3cret\x00"],
    ids=ascii,
)
def test_a_token_that_no_header_can_hold_is_refused_without_being_said(token: str) -> None:
    with pytest.raises(ValueError, match="the token must be ASCII") as caught:
        Heroku(token)
    assert "s3cr" not in shown(caught.value)


def test_a_client_says_where_and_for_whom() -> None:
    assert repr(bench().heroku) == "<Heroku at https://api.heroku.com for a test>"
