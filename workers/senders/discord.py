"""Discord, by a channel's webhook. https://discord.com/developers/docs/resources/webhook#execute-webhook"""

import json
import re
from typing import Any

from rules.rulebook import Target
from workers.notes import Message, cut
from workers.senders.base import Way

TITLE_MOST = 256  # characters, as Discord counts them after escaping
TEXT_MOST = 4_096
GREEN, RED = 0x2E_A0_43, 0xD1_24_2F
_MARKUP = re.compile(r"([\\`*_~|>#\[\]()<:@\-+.!])")


def send(message: Message, target: Target, way: Way) -> None:
    """Raises Unavailable or Refused."""
    way.post(way.address(target.variable), json.dumps(body(message)).encode(), {})


def body(message: Message) -> dict[str, Any]:
    """One embed in which no character is markup, a link or a mention; and nobody is to be called whatever it says.

    Its title leads to the console, if there is one.
    """
    return {
        "embeds": [
            {
                "title": _fitting(message.title, TITLE_MOST),
                "description": _fitting(message.text, TEXT_MOST),
                "color": GREEN if message.resolves else RED,
                "footer": {"text": message.look},
                **({"url": message.url} if message.url else {}),
            }
        ],
        "allowed_mentions": {"parse": []},
    }


def escaped(text: str) -> str:
    """A backslash before whatever Discord's Markdown, or its finding of links, could take for a sign."""
    return _MARKUP.sub(r"\\\1", text)


def _fitting(text: str, most: int) -> str:
    """Escaped and within the limit, and never cut between a backslash and what it is for."""
    made = escaped(cut(text, most))
    while len(made) > most:
        text = cut(text, max(1, min(len(text), most) - (len(made) - most) // 2 - 1))
        made = escaped(text)
    return made
