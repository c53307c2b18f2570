"""What is taken for an answer of a shape: the values of its fields, and nothing that only looks like them."""

import json
from typing import Any

import pytest

from workers.actions.agent_answers import MOST_TEXTS, BadAnswer, Kinds, read

KINDS: Kinds = {"cause": ["memory", "code"], "sure": "number", "why": "text"}
GOOD = {"cause": "memory", "sure": 0.9, "why": "exit 137"}
TOLD = json.dumps(GOOD)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TOLD, id="by itself"),
        pytest.param(f"\n\n  {TOLD}\n", id="blanks around it"),
        pytest.param(f"Here it is:\n```json\n{TOLD}\n```\nI hope it helps.", id="in a block"),
        pytest.param(f"```\n{{}}\n```\nNo, rather:\n  ```\n{TOLD}\n  ```", id="in the last block"),
        pytest.param(f"```json\n{json.dumps(GOOD, indent=2)}\n```", id="over several lines"),
    ],
)
def test_an_answer_is_found(text: str) -> None:
    assert read(text, KINDS) == GOOD


def test_a_text_may_hold_a_fence_itself() -> None:
    told = GOOD | {"why": "run ```\nls\n``` first"}

    assert read(json.dumps(told), KINDS) == told
    assert read(f"```json\n{json.dumps(told)}\n```", KINDS) == told


def test_an_answer_may_go_on_with_what_had_begun_for_the_model() -> None:
    """Whoever wants JSON lets the last turn of the assistant's be `{`: the model then says the rest."""
    assert read(TOLD[1:], KINDS, begun="{") == GOOD
    assert read(TOLD, KINDS, begun="{") == GOOD


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param(TOLD + " I am sure.", "no JSON", id="more after it"),
        pytest.param(TOLD + TOLD, "no JSON", id="two"),
        pytest.param('{"cause": "code", "cause": "memory", "sure": 1, "why": ""}', "a field twice", id="a field twice"),
        pytest.param('{"cause": "code", "sure": 1e999, "why": ""}', "sure is too large", id="infinite"),
        pytest.param('{"cause": "code", "sure": -1e300, "why": ""}', "sure is too large", id="huge"),
        pytest.param(f'{{"cause": "code", "sure": {"9" * 3000}, "why": ""}}', "sure is too large", id="many digits"),
        pytest.param('{"cause": "code", "sure": NaN, "why": ""}', "no JSON", id="not a number"),
        pytest.param('{"cause": "code", "sure": 1, "why": "\\ud800"}', "no JSON", id="half a character"),
        pytest.param("[" * 9_000, "no JSON", id="deep"),
        pytest.param('{"a":' * 9_000, "no JSON", id="deep objects"),
        pytest.param('{"cause": {"x": 1}, "sure": 1, "why": ""}', "cause is none of", id="an object for a word"),
        pytest.param('{"cause": ["memory"], "sure": 1, "why": ""}', "cause is none of", id="a list for a word"),
        pytest.param('{"cause": "code", "sure": 1, "why": null}', "why is no text", id="null"),
        pytest.param("null", "no JSON object", id="nothing"),
        pytest.param("", "no JSON", id="empty"),
        pytest.param("```json\n" + TOLD, "no JSON", id="a block that is not closed"),
    ],
)
def test_what_only_looks_like_one_is_none(text: str, why: str) -> None:
    with pytest.raises(BadAnswer, match=why):
        read(text, KINDS)


@pytest.mark.parametrize(
    "text",
    ["```" + "\n" * 10_000, "```json\n" * 2_000, "```" + " \n" * 5_000 + "``", "{" * 10_000],
    ids=["blank lines", "fences", "blanks", "braces"],
)
@pytest.mark.timeout(20)
def test_no_answer_holds_up_the_worker(text: str) -> None:
    """A fence and 4,000 blank lines kept a pattern busy for a quarter of a minute, and with it the whole worker."""
    with pytest.raises(BadAnswer):
        read(text, KINDS)


def test_texts_are_bounded() -> None:
    told: Any = read(json.dumps({"which": ["x" * 9_000] * 60}), {"which": "texts"})

    assert len(told["which"]) == MOST_TEXTS
    assert {len(each) for each in told["which"]} == {2_000}
