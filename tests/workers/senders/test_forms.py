"""Slack, Discord and Teams: each in its own form and within its limits, whatever the text tries to be."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.workers.senders.factories import message, note
from workers.senders import discord, slack, teams

LOOK = "bin/dynohook runs show e1:tell"
HOSTILE = [
    pytest.param("<!channel> <@U024BE7LH> <!subteam^S1|ops>", id="Slack's mentions"),
    pytest.param("<https://evil.example|https://acme.example>", id="Slack's disguised link"),
    pytest.param("@everyone @here <@&123456789012345678> <#42>", id="Discord's mentions"),
    pytest.param("[all is well](https://evil.example) https://evil.example", id="a disguised link"),
    pytest.param("<at>Everyone</at> **bold** _it_ `code` ~~x~~ ||spoiler||", id="Teams' mention and markup"),
    pytest.param("# big\n> quote\n- item\n1. item\n-# small\n```\ncode\n```", id="blocks of Markdown"),
    pytest.param('"quotes" \\ {"blocks": []} \n\t', id="JSON"),
    pytest.param("&lt;!channel&gt; &amp;", id="what is escaped already"),
    pytest.param("\N{PILE OF POO}" * 9_000, id="9,000 wide characters"),
    pytest.param('"' * 16_000, id="16,000 quotes"),
    pytest.param("*" * 16_000, id="16,000 asterisks"),
    pytest.param("line\n" * 3_000, id="3,000 lines"),
]


def texts(value: Any) -> Iterator[str]:
    """Every text in there."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(inner)


@pytest.mark.parametrize("said", HOSTILE)
def test_slack_takes_nothing_for_a_mention_or_a_link(said: str) -> None:
    body = slack.body(message(note(said, title=said)))
    header, *sections, context = body["blocks"]

    assert re.search(r"<[^>]*>", body["text"]) is None
    parts = [header["text"], *(section["text"] for section in sections), *context["elements"]]
    assert {part["type"] for part in parts} == {"plain_text"}
    assert (body["link_names"], body["unfurl_links"]) == (False, False)


@pytest.mark.parametrize("said", HOSTILE)
def test_slack_gets_no_more_than_it_takes(said: str) -> None:
    header, *sections, context = slack.body(message(note(said, title=said)))["blocks"]

    assert 0 < len(header["text"]["text"]) <= 150
    assert 0 < len(sections) <= 3
    assert all(0 < len(section["text"]["text"]) <= 3_000 for section in sections)
    assert context["elements"][0]["text"] == LOOK


@pytest.mark.parametrize("said", HOSTILE)
def test_discord_takes_nothing_for_a_mention_or_a_link(said: str) -> None:
    body = discord.body(message(note(said, title=said)))
    [embed] = body["embeds"]

    assert body["allowed_mentions"] == {"parse": []}
    for text in (embed["title"], embed["description"]):
        bare = re.sub(r"\\[!-/:-@\[-`{-~]", "", text)
        assert re.search(r"[<>@#*_~|`\[\]()]|://", bare) is None


@pytest.mark.parametrize("said", HOSTILE)
def test_discord_gets_no_more_than_it_takes(said: str) -> None:
    [embed] = discord.body(message(note(said, title=said)))["embeds"]

    assert 0 < len(embed["title"]) <= 256
    assert 0 < len(embed["description"]) <= 4_096
    assert sum(map(len, texts(embed))) <= 6_000
    assert re.search(r"(?<!\\)(\\\\)*\\…?$", embed["description"]) is None, "cut amid an escape"


def test_discord_shows_what_is_over_in_another_colour() -> None:
    colours = {discord.body(message(note(resolve=resolve)))["embeds"][0]["color"] for resolve in (True, False)}

    assert len(colours) == 2


@pytest.mark.parametrize("said", HOSTILE)
def test_teams_takes_nothing_for_a_mention_or_markup(said: str) -> None:
    [attachment] = teams.body(message(note(said, title=said)))["attachments"]
    card = attachment["content"]

    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert {run["type"] for block in card["body"] for run in block["inlines"]} == {"TextRun"}
    assert "msteams" not in card


@pytest.mark.parametrize("said", HOSTILE)
def test_teams_gets_no_more_than_it_takes(said: str) -> None:
    sent = teams.encoded(message(note(said, title=said)))

    assert len(sent) <= 28 * 1_024
    assert list(texts(json.loads(sent)))[-3:] == ["TextRun", LOOK, "Small"]


def test_what_is_said_is_there() -> None:
    one = message(note("v12 was taken back", title="Well again"))

    for body in (slack.body(one), discord.body(one), teams.body(one)):
        assert any("v12 was taken back" in text for text in texts(body))
        assert any("Well again" in text for text in texts(body))
