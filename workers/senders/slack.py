"""Slack, by an incoming webhook. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks"""

import json
from typing import Any

from rules.rulebook import Target
from workers.notes import OPEN, Message, cut
from workers.senders.base import Way

TITLE_MOST = 150  # characters of a header block
SECTION_MOST = 3_000
SECTIONS = 3
FALLBACK_MOST = 3_000


def send(message: Message, target: Target, way: Way) -> None:
    """Raises Unavailable or Refused."""
    way.post(way.address(target.variable), json.dumps(body(message)).encode(), {})


def body(message: Message) -> dict[str, Any]:
    """Blocks of plain text, in which nothing is a mention, a link or markup but the one to the console; `text` is what
    a phone shows of it."""
    text = cut(message.text, SECTION_MOST * SECTIONS)
    parts = [text[start : start + SECTION_MOST] for start in range(0, len(text), SECTION_MOST)]
    sections = [{"type": "section", "text": _plain(part)} for part in parts if part.strip()]
    return {
        "text": escaped(cut(f"{message.title}: {message.text}", FALLBACK_MOST)),
        "blocks": [
            {"type": "header", "text": _plain(cut(message.title, TITLE_MOST))},
            *sections,
            {"type": "context", "elements": [*_link(message.url), _plain(message.look)]},
        ],
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def escaped(text: str) -> str:
    """The three characters that begin Slack's mentions and links, as it wants them written."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _link(url: str) -> list[dict[str, Any]]:
    """Percent-encoded as it is, it holds nothing that would end the link before its end."""
    return [{"type": "mrkdwn", "text": f"<{escaped(url)}|{OPEN}>", "verbatim": True}] if url else []


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}
