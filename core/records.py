"""How an event is packed for Redis: one format byte, zlib of a header line and the body, then its decisions."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from core.layout import FORMAT

Kind = Literal["event", "unreadable"]

WINDOW_BITS = 13  # 8 kB; whoever unpacks reads it from the record
MEMORY_LEVEL = 6


class UnknownFormat(Exception):
    """A record of another version of Dynohook: leave it to a worker that knows it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An event as it stands in the ledger. `decisions` are JSON objects, the oldest first."""

    kind: Kind
    reason: str
    body: bytes
    decisions: tuple[Mapping[str, Any], ...]


def pack(kind: Kind, reason: str, body: bytes) -> bytes:
    """About half of the body's size; a small window, as setting up the usual one costs more than the work."""
    header = b"" if kind == "event" else json.dumps({"kind": kind, "reason": reason}).encode()
    deflate = zlib.compressobj(1, zlib.DEFLATED, WINDOW_BITS, MEMORY_LEVEL)
    return bytes((FORMAT,)) + deflate.compress(header + b"\n" + body) + deflate.flush()


def unpack(record: bytes) -> Kept:
    """Raises UnknownFormat."""
    if record[0] != FORMAT:
        raise UnknownFormat(f"record format {record[0]}, this version reads {FORMAT}")
    inflate = zlib.decompressobj()
    header, _, body = inflate.decompress(record[1:]).partition(b"\n")
    about: dict[str, Any] = json.loads(header) if header else {"kind": "event", "reason": ""}
    decisions = tuple(json.loads(line) for line in inflate.unused_data.splitlines())
    return Kept(kind=about["kind"], reason=about["reason"], body=body, decisions=decisions)
