"""A webhook of the team's own: JSON with everything in it, signed if the target names a secret."""

import dataclasses
import json
import time
from typing import Any
from urllib.parse import quote

from rules.rulebook import Target
from workers import signing
from workers.notes import Message, Note, cut
from workers.senders.base import Way

NOTES_TEXT_MOST = 16_000  # characters of one note's text


def send(message: Message, target: Target, way: Way) -> None:
    """Raises Unavailable or Refused."""
    url = way.address(target.variable)
    sent = json.dumps(body(message)).encode()
    id = quote(message.key, safe=":#")  # ids come from outside, and a header is a line of ASCII
    headers = {"Idempotency-Key": id}
    secret = variable(target)
    if secret:
        try:
            headers |= signing.headers(sent, id=id, at=int(time.time()), secrets=way.value(secret))
        except signing.BadSecret as error:
            raise way.refused(f"its variable {secret} holds no signing secret: {error}") from None
    way.post(url, sent, headers)


def body(message: Message) -> dict[str, Any]:
    """One note as it is; of several, what they are together, and each of the first by itself."""
    whole = {"title": message.title, "text": message.text, "look": message.look, "count": message.count}
    if message.url:
        whole["url"] = message.url
    if message.count == 1:
        [note] = message.notes
        return {**whole, "resolve": note.resolve, "incident": note.incident, **note.facts, "dedup_key": message.key}
    return {**whole, "dedup_key": message.key, "messages": [_one_of(message, note) for note in message.notes]}


def _one_of(message: Message, note: Note) -> dict[str, Any]:
    url = dataclasses.replace(message, notes=[note], count=1).url
    told = {"title": note.title, "text": cut(note.text, NOTES_TEXT_MOST), "incident": note.incident}
    return {**note.facts, **told, "resolve": note.resolve, **({"url": url} if url else {})}


def variable(target: Target) -> str | None:
    """The variable that holds the secret, if one is named."""
    secret = target.options.get("secret")
    return str(secret).removeprefix("$") if secret else None
