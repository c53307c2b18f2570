"""The client of the agents endpoint: what it sends, what it hears, and what goes wrong on the way."""

import asyncio
import gzip
import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from heroku import errors
from heroku.inference.asking import Message, Request
from heroku.inference.client import Cut, Inference
from heroku.inference.hearing import (
    ANSWER_CHARACTERS,
    NAME_CHARACTERS,
    PART_CHARACTERS,
    PARTS,
    TRANSCRIPT_CHARACTERS,
    Part,
    Transcript,
    Turn,
    Unreadable,
    Usage,
    read,
)
from heroku.redacting import redacted
from tests.heroku.inference.streams import DONE, KEY, RECORDED, URL, Pieces, completion, result

QUESTION = Request(model="a-model", messages=[Message(role="user", content="What day is it?")])
BYTES = RECORDED.encode()


def ask(transport: Pieces) -> tuple[list[Turn], Exception | None]:
    """The turns that came, and what ended them if it was not the end."""

    async def asked() -> tuple[list[Turn], Exception | None]:
        inference = Inference(KEY, base_url=URL, transport=transport)
        turns: list[Turn] = []
        try:
            async for turn in inference.ask(QUESTION):
                turns.append(turn)  # noqa: PERF401  (what came before an error counts)
        except errors.HerokuError as error:
            return turns, error
        finally:
            await inference.close()
        return turns, None

    return asyncio.run(asked())


WHOLE, _ = ask(Pieces(BYTES))


def test_it_asks_as_heroku_wants_it() -> None:
    transport = Pieces(BYTES)
    ask(transport)

    [sent] = transport.requests
    assert (sent.method, str(sent.url)) == ("POST", f"{URL}/v1/agents/heroku")
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert json.loads(sent.content) == QUESTION.to_json()


def test_it_hears_words_calls_results_and_tokens() -> None:
    assert [turn.parts for turn in WHOLE] == [
        (
            Part("text", "Ich schaue nach … \N{PILE OF POO}"),
            Part("call", '{"command": "date"}', "dyno_run_command", "call_0"),
        ),
        (Part("result", "Mon May  4\nexit 0", "dyno_run_command", "call_0"),),
        (Part("text", "It is Monday."),),
    ]
    assert [turn.finish for turn in WHOLE] == ["tool_calls", "", "stop"]
    assert WHOLE[0].usage.plus(WHOLE[2].usage) == Usage(60, 20, 80)


def test_cut_at_any_byte_it_tells_what_had_come() -> None:
    last = 0
    for cut in range(len(BYTES)):
        turns, error = ask(Pieces(BYTES[:cut]))
        assert isinstance(error, Cut), cut
        assert turns == WHOLE[: len(turns)]
        assert last <= len(turns) <= 3
        last = len(turns)
    assert last == 3


@pytest.mark.parametrize(
    "breaks", [httpx2.ReadError("reset"), httpx2.ReadTimeout("silence"), httpx2.RemoteProtocolError("x")]
)
def test_a_connection_that_breaks_is_a_cut(breaks: Exception) -> None:
    turns, error = ask(Pieces(BYTES[:900], breaks=breaks))

    assert isinstance(error, Cut)
    assert turns == WHOLE[: len(turns)]


@pytest.mark.parametrize(
    ("told", "says"),
    [
        pytest.param(
            'event:error\ndata:{"error":{"message":"overloaded"}}\n\n', "ended with overloaded", id="an error"
        ),
        pytest.param("event:message\ndata:{\n\n", "cannot be read", id="no JSON"),
        pytest.param('event:message\ndata:{"choices":[]}\n\n', "cannot be read", id="no choice"),
        pytest.param("event:message\ndata:[1]\n\n", "cannot be read", id="another shape"),
        pytest.param(
            'event:message\ndata:{"error":{"code":"503","message":"no room"}}\n\n',
            "503 no room",
            id="an error as message",
        ),
        pytest.param(f'event:error\ndata:{{"error":{{"message":"bad {KEY}"}}}}\n\n', "bad [redacted]", id="our key"),
        pytest.param(f'event:error\ndata:{{"error":{{"message":"{"x" * 9000}"}}}}\n\n', "xxx…", id="a long error"),
        pytest.param("event:error\ndata:oops\n\n", "ended with an error", id="an error without words"),
        pytest.param('event:message\ndata:{"object":"x","choices":[7]}\n\n', "cannot be read", id="a number"),
    ],
)
def test_a_stream_that_says_nonsense_is_a_cut(told: str, says: str) -> None:
    turns, error = ask(Pieces(completion("so far").encode(), told.encode(), DONE.encode()))

    assert isinstance(error, Cut)
    assert says in str(error)
    assert len(turns) == 1


def test_events_that_nobody_knows_are_passed_over() -> None:
    turns, error = ask(Pieces(b"event:weather\ndata:sunny\n\n" + BYTES))

    assert (turns, error) == (WHOLE, None)


BODY = json.dumps({"error": {"code": "bad", "message": f"no {KEY}", "type": "invalid_request"}}).encode()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.Invalid), (401, errors.Unauthorized), (402, errors.Forbidden), (403, errors.Forbidden),
        (404, errors.NotFound), (418, errors.Refused), (422, errors.Invalid), (307, errors.Refused),
        (408, errors.Unavailable), (429, errors.Unavailable), (500, errors.Unknown), (503, errors.Unknown),
    ],
)  # fmt: skip
@pytest.mark.parametrize("body", [BODY, b"<html>", b"", b"x" * 100_000], ids=["JSON", "HTML", "nothing", "too much"])
def test_a_status_says_who_should_act(status: int, kind: type[Exception], body: bytes) -> None:
    turns, error = ask(Pieces(body, status=status, headers={"Retry-After": "9"}))

    assert type(error) is kind
    assert turns == []
    assert KEY not in str(error)
    assert getattr(error, "retry_after", 9.0) == 9.0


@pytest.mark.parametrize(
    ("fails", "kind"),
    [
        (lambda: httpx2.ConnectError("no"), errors.Unavailable),
        (lambda: httpx2.ConnectTimeout("no"), errors.Unavailable),
        (lambda: httpx2.ReadTimeout("no"), errors.Unknown),
        (lambda: httpx2.WriteError("no"), errors.Unknown),
    ],
)
def test_without_an_answer_it_counts_whether_anything_was_sent(
    fails: Callable[[], Exception], kind: type[Exception]
) -> None:
    _, error = ask(Pieces(fails=fails))

    assert type(error) is kind


@pytest.mark.parametrize("url", ["http://inference.example", "https://user:pass@inference.example", "ftp://x", "x"])
def test_the_key_goes_nowhere_where_it_could_be_overheard(url: str) -> None:
    with pytest.raises(ValueError, match="address must be"):
        Inference(KEY, base_url=url)


@pytest.mark.parametrize("key", ["inf-ä-secret", "inf-a\nb-secret", " inf-secret ", "inf-\x00secret", ""])
def test_a_key_that_no_header_can_hold_is_refused_before_anything_is_asked(key: str) -> None:
    """A key with an end of line behind it was taken for a question whose outcome nobody knows."""
    with pytest.raises(ValueError, match="must be ASCII") as told:
        Inference(key, base_url=URL)

    assert "secret" not in str(told.value)


def test_nothing_shows_the_key() -> None:
    assert KEY not in repr(Inference(KEY, base_url=URL))


@pytest.mark.parametrize("body", [[{"id": "m1", "tools": []}], {"servers": [{"id": "m1", "tools": []}]}])
def test_it_lists_the_servers(body: Any) -> None:
    async def asked() -> Any:
        transport = Pieces(json.dumps(body).encode())
        inference = Inference(KEY, base_url=URL, transport=transport)
        try:
            return await inference.mcp_servers(), transport.requests[0]
        finally:
            await inference.close()

    servers, sent = asyncio.run(asked())
    assert servers == [{"id": "m1", "tools": []}]
    assert (sent.method, sent.url.path) == ("GET", "/v1/mcp/servers")


@pytest.mark.parametrize("body", [b'{"servers": 5}', b'{"servers": {"a": 1}}', b"7", b"{}", b"null", b'"x"'])
def test_what_is_no_list_of_servers_is_none(body: bytes) -> None:
    assert listed(Pieces(body)) == []


def test_a_list_of_servers_without_end_is_not_read_to_its_end() -> None:
    """All of it was kept before anybody looked how much it was."""
    pieces = [b"[" + b" " * 99_999] * 1_000
    transport = Pieces(*pieces)
    with pytest.raises(errors.Unavailable, match="cannot be read"):
        listed(transport)

    assert transport.handed_out < 50


def listed(transport: Pieces) -> Any:
    async def asked() -> Any:
        inference = Inference(KEY, base_url=URL, transport=transport)
        try:
            return await inference.mcp_servers()
        finally:
            await inference.close()

    return asyncio.run(asked())


def test_turned_away_is_turned_away_though_the_reason_broke_off() -> None:
    _, error = ask(Pieces(b'{"err', status=429, headers={"Retry-After": "9"}, breaks=httpx2.ReadError("reset")))

    assert isinstance(error, errors.Unavailable)


def test_nothing_is_unpacked_that_could_grow_without_bound() -> None:
    transport = Pieces(gzip.compress(BYTES), headers={"Content-Encoding": "gzip"})
    turns, error = ask(transport)

    assert transport.requests[0].headers["accept-encoding"] == "identity"
    assert (turns, type(error)) == ([], Cut)


# --- what a turn says ---


def said(message: Any, **more: Any) -> Turn:
    return read(json.dumps({"object": "chat.completion", "choices": [{"message": message}], **more}))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        pytest.param([{"type": "text", "text": "one"}, {"type": "text", "text": "two"}], "one\ntwo", id="parts"),
        pytest.param({"rows": [1]}, '{"rows": [1]}', id="an object"),
        pytest.param(7, "7", id="a number"),
    ],
)
def test_content_that_is_no_text_is_not_lost(content: Any, text: str) -> None:
    assert said({"content": content}).parts == (Part("text", text),)


@pytest.mark.parametrize(
    ("usage", "total"),
    [
        ({"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}, 12),
        ({"prompt_tokens": 5, "completion_tokens": 7}, 12),
        ({"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 1}, 12),
        ({"prompt_tokens": -5, "completion_tokens": "7", "total_tokens": -12}, 0),
        ({"total_tokens": 10**12}, 0),
        ([], 0),
        ("many", 0),
        (None, 0),
    ],
    ids=str,
)
def test_tokens_are_counted_whatever_shape_they_have(usage: Any, total: int) -> None:
    assert said({"content": "x"}, usage=usage).usage.total == total


@pytest.mark.parametrize(
    "message",
    [
        7,
        None,
        [],
        {"tool_calls": 7},
        {"tool_calls": {"a": 1}},
        {"tool_calls": [{}]},
        {"tool_calls": [{"function": []}]},
    ],
    ids=str,
)
def test_a_turn_of_another_shape_is_refused_by_name(message: Any) -> None:
    with pytest.raises(Unreadable):
        said(message)


# --- the transcript ---


def test_a_transcript_keeps_parts_tokens_and_the_answer() -> None:
    transcript = Transcript()
    for turn in WHOLE:
        transcript.add(turn)

    assert (transcript.answer, transcript.calls, transcript.usage.total) == ("It is Monday.", 1, 80)
    assert transcript.to_json()["parts"][1] == {
        "kind": "call",
        "text": '{"command": "date"}',
        "name": "dyno_run_command",
    }


def test_a_transcript_stays_bounded() -> None:
    transcript = Transcript()
    [long], _ = ask(Pieces(result("x" * 50_000).encode(), DONE.encode()))
    for number in range(500):
        transcript.add(long)
        transcript.add(Turn((Part("text", f"turn {number}"),), Usage(), "stop"))

    assert len(transcript.parts) <= PARTS
    assert len(transcript.parts) + transcript.left_out == 1_000
    assert max(len(part.text) for part in transcript.parts) == PART_CHARACTERS
    assert sum(len(part.text) for part in transcript.parts) <= TRANSCRIPT_CHARACTERS
    assert transcript.answer == "turn 499"
    assert transcript.parts[-1].text == "turn 499"


def test_an_answer_is_kept_whole_for_longer_than_a_part() -> None:
    """JSON of some length was cut where a part of the transcript is, and then it was none."""
    transcript, told = Transcript(), json.dumps({"why": "x" * (PART_CHARACTERS + 1_000)})
    transcript.add(Turn((Part("text", told),), Usage(), "stop"))

    assert transcript.answer == told
    transcript.add(Turn((Part("text", "x" * 100_000),), Usage(), "stop"))
    assert len(transcript.answer) == ANSWER_CHARACTERS


def test_names_and_ends_are_bounded_and_cleaned_like_words() -> None:
    transcript = Transcript()
    transcript.add(
        Turn((Part("call", "{}", f"{KEY} {'x' * 9_000}", KEY),), Usage(), f"{KEY}{'x' * 9_000}"), clean=redacted
    )

    assert KEY not in str(transcript)
    assert len(transcript.parts[0].name) <= NAME_CHARACTERS
    assert len(transcript.finish) <= NAME_CHARACTERS


def test_no_secret_is_cut_in_half_before_it_is_seen() -> None:
    link = "postgres://user:the-password-itself@db.example/x "
    transcript = Transcript()
    transcript.add(Turn((Part("result", link * 2_000),), Usage(), ""), clean_tools=redacted)

    assert "the-pass" not in transcript.parts[0].text
