"""A note: what one step wants people to know; and a message: one or many notes as a target is told of them."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from core import layout, links
from core.outbox import Trouble
from heroku.redacting import without_secrets

TITLE_CHARACTERS = 150
SHORT_CHARACTERS = 300  # of a note's text, where it is one of many
SHORT_FACTS = ("app", "event", "rule", "run")
NAME_MOST = 255  # characters of an incident's name
OPEN = "Open in the console"
EMPTY = "(The text of this message came out empty.)"

# What would break a line, hide a text or turn its direction around, so that it reads as something else.
_MISLEADING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"
)


@dataclass(frozen=True, slots=True)
class Note:
    """`incident` names the trouble, `resolve` says that it is over; `facts` are rule, app, event, run and dedup_key."""

    title: str
    text: str
    incident: str
    resolve: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls, text: str, *, facts: Mapping[str, Any], title: str = "", incident: str = "", resolve: bool = False
    ) -> "Note":
        """A note of texts that come from anywhere: without what looks like a secret, and fit to be read."""
        about = " · ".join(filter(None, (str(facts.get("app") or ""), str(facts.get("rule") or ""))))
        said = plain(title).replace("\n", " ").strip() or about or "Dynohook"
        known = plain(incident).strip() or f"{facts.get('rule')}:{facts.get('app')}"
        return cls(cut(said, TITLE_CHARACTERS), plain(text).strip() or EMPTY, known, resolve, facts)

    @property
    def key(self) -> str:
        """By which a second sending of the same is known."""
        return str(self.facts.get("dedup_key", ""))

    @property
    def headline(self) -> str:
        """The title, and that it is over."""
        return f"Resolved: {self.title}" if self.resolve else self.title

    def short(self) -> "Note":
        """The same in few words, and with few facts."""
        facts = {name: self.facts.get(name) for name in SHORT_FACTS}
        return Note(self.title, cut(self.text, SHORT_CHARACTERS), self.incident, self.resolve, facts)

    def to_json(self) -> str:
        """As it stands in Redis."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, kept: str) -> "Note":
        """The note that `to_json` told of."""
        return cls(**json.loads(kept))


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent at once: the first of `count` notes. `key` stays the same however often it is sent; `console` is
    the address of the console that it may link to, if there is one; `troubles` tells of the notes that are not shown.
    """

    target: str
    key: str
    notes: Sequence[Note]
    count: int
    console: str = ""
    troubles: Sequence[Trouble] = ()

    @property
    def title(self) -> str:
        """One line."""
        if self.count == 1:
            return self.notes[0].headline
        app = self._shared("app")
        return f"{self.count:,} messages{f' about {app}' if app else ''}"

    @property
    def text(self) -> str:
        """All that is known of the notes; what is alike is told once."""
        if self.count == 1:
            return self.notes[0].text
        alike: dict[tuple[str, str], int] = {}
        for note in self.notes:
            alike[note.headline, note.text] = alike.get((note.headline, note.text), 0) + 1
        told = [f"{title}{f' ({times} times)' if times > 1 else ''}\n{text}" for (title, text), times in alike.items()]
        left = self.count - len(self.notes)
        return "\n\n".join([*told, f"… and {left:,} more."] if left else told)

    @property
    def resolves(self) -> bool:
        """Whether all that it tells is that something is over."""
        return all(note.resolve for note in self.notes)

    @property
    def look(self) -> str:
        """The command that shows more."""
        run = self._shared("run")
        return f"bin/dynohook runs show {run}" if run else "bin/dynohook runs list"

    @property
    def url(self) -> str:
        """The page that shows more: of its run, its event or its rule, or the list of the runs that it is about. Empty
        without a console."""
        page = self._page() if self.console else ""
        return page if len(page) <= links.LONGEST else links.runs(self.console)

    def _page(self) -> str:
        rule = self._shared("rule")
        if run := self._shared("run"):
            return links.run(self.console, run)
        if event := self._shared("event"):
            return links.event(self.console, event)
        if rule and not any(note.facts.get("run") for note in self.notes):
            return links.rule(self.console, rule)
        return links.runs(self.console, app=self._shared("app"), rule="" if rule == layout.SYSTEM else rule)

    @property
    def more(self) -> str:
        """Page and command, each on a line of its own."""
        return "\n".join(filter(None, (self.url, self.look)))

    def _shared(self, fact: str) -> str:
        """What its notes have in common; empty if they differ there, or if not all of them are known."""
        told = {str(note.facts.get(fact) or "") for note in self.notes}
        return told.pop() if len(told) == 1 and len(self.notes) == self.count else ""


def plain(text: str) -> str:
    """The text without what looks like a secret, and without characters that are not seen."""
    return without_secrets(
        _MISLEADING.sub("", text.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n"))
    )


def brief(incident: str) -> str:
    """Its name as PagerDuty takes it; two that only differ far behind stay two."""
    if len(incident) <= NAME_MOST:
        return incident
    digest = hashlib.sha256(incident.encode("utf-8", "surrogatepass")).hexdigest()
    return incident[: NAME_MOST - len(digest) - 1] + ":" + digest


def cut(text: str, most: int) -> str:
    """At most so many characters of it; what is cut ends in …"""
    return text if len(text) <= most else text[: most - 1] + "…"
