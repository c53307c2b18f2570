"""Microsoft Teams, by a workflow's webhook. https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors"""

import json
from typing import Any

from rules.rulebook import Target
from workers.notes import OPEN, Message, cut
from workers.senders.base import Way

MOST_BYTES = 26_000  # of the whole; Teams takes 28 kB
TEXT_MOST = 6_000  # characters: even four bytes each stay below that


def send(message: Message, target: Target, way: Way) -> None:
    """Raises Unavailable or Refused."""
    way.post(way.address(target.variable), encoded(message), {})


def encoded(message: Message) -> bytes:
    """The body as it is sent: UTF-8, as escapes of other scripts would fill it six times as fast."""
    most = TEXT_MOST
    while len(made := json.dumps(body(message, most), ensure_ascii=False).encode()) > MOST_BYTES:
        most //= 2  # quotes and control characters take more when written as JSON
    return made


def body(message: Message, most: int = TEXT_MOST) -> dict[str, Any]:
    """An adaptive card of text runs, in which nothing is markup; without `entities` nobody is mentioned. Its button
    leads to the console, if there is one."""
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            _text(message.title, weight="Bolder", size="Medium"),
            *[_text(line) for line in cut(message.text, most).split("\n") if line.strip()],
            _text(message.look, isSubtle=True, size="Small"),
        ],
    }
    if message.url:
        card["actions"] = [{"type": "Action.OpenUrl", "title": OPEN, "url": message.url}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _text(text: str, **look: Any) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **look}]}
