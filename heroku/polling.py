"""Lists that are looked at again and again: what Heroku said last time, kept while it says that nothing changed.

Heroku answers 304 and no body where `If-None-Match` names what it has.
https://devcenter.heroku.com/articles/platform-api-reference#caching
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

MOST_ANSWERS = 64
MOST_BYTES = 4 * 1024 * 1024  # of all bodies together

Key = tuple[str, str | None]
"""The address and the range that was asked for."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it came. Its bytes are kept, as a parsed body could be changed by whoever was given it."""

    etag: str
    status: int
    content: bytes = field(repr=False)
    next_range: str | None


class Memory:
    """The latest answers, bounded in number and size; those that were not asked for longest go first."""

    def __init__(self, *, most_answers: int = MOST_ANSWERS, most_bytes: int = MOST_BYTES) -> None:
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._bytes = 0
        self._most_answers = most_answers
        self._most_bytes = most_bytes
        self._lock = Lock()

    def get(self, key: Key) -> Kept | None:
        """What was answered last, or None."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: Key, kept: Kept) -> None:
        """Keep this in the place of what was there; what is larger than all room is not kept."""
        with self._lock:
            self._drop(key)
            if len(kept.content) > self._most_bytes:
                return
            self._kept[key] = kept
            self._bytes += len(kept.content)
            while len(self._kept) > self._most_answers or self._bytes > self._most_bytes:
                self._drop(next(iter(self._kept)))

    def __len__(self) -> int:
        return len(self._kept)

    def _drop(self, key: Key) -> None:
        gone = self._kept.pop(key, None)
        self._bytes -= len(gone.content) if gone else 0


@dataclass(frozen=True, slots=True)
class Poll:
    """One look at a list: what is known of it, and where to keep what is new."""

    memory: Memory
    key: Key
    known: Kept | None

    @classmethod
    def of(cls, memory: Memory, key: Key) -> "Poll":
        """A look at what this key stands for. What is known now stays so, whatever others keep meanwhile."""
        return cls(memory, key, memory.get(key))

    def keep(self, etag: str | None, status: int, content: bytes, next_range: str | None) -> None:
        """Keep an answer, if Heroku gave it a name by which it can be asked for again."""
        if etag:
            self.memory.keep(self.key, Kept(etag, status, content, next_range))
