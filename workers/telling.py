"""Sending messages to targets: to the log, or by the sender of the target's kind."""

import dataclasses
import time
from collections.abc import Callable, Mapping

import structlog

from rules.rulebook import Target
from workers.fetching import Fetcher
from workers.notes import Message, Note
from workers.senders import SENDERS
from workers.senders.base import SEND_SECONDS, Sender, Way

log = structlog.get_logger()


class Teller:
    """Sends; whoever calls decides when to try again. Addresses come from the environment and appear nowhere.

    `private`: messages may also go to private networks and this machine. `console`: where messages link to, if
    anywhere.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        private: bool,
        console: str = "",
        timeout: float = SEND_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        senders: Mapping[str, Sender] = SENDERS,
    ) -> None:
        self.console = console
        self._environment = environment
        self._timeout = timeout
        self._clock = clock
        self._senders = senders
        self._private = private
        self._fetcher = Fetcher(private=private, clock=clock)

    def log(self, name: str, note: Note) -> None:
        """Say it in the log, as it is."""
        told = {key: value for key, value in note.facts.items() if key != "event"}
        if url := Message(name, note.key, [note], 1, self.console).url:
            told["url"] = url
        log.info("notification", target=name, text=note.text, event_id=note.facts.get("event"), **told)

    def send(self, target: Target, message: Message) -> None:
        """Send at once. Raises Unavailable (try again) or Refused."""
        way = Way(
            message.target,
            environment=self._environment,
            fetcher=self._fetcher,
            private=self._private,
            seconds=self._timeout,
            clock=self._clock,
        )
        sender = self._senders.get(target.kind)
        if sender is None:
            raise way.refused(f"this version knows no target of kind {target.kind}")
        sender(dataclasses.replace(message, console=self.console), target, way)

    def close(self) -> None:
        """Close the connections."""
        self._fetcher.close()
