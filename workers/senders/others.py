"""Whatever else apprise knows how to reach, where the package is installed: it is an extra, not a part of this."""

import importlib
import logging
import threading
from collections.abc import Callable
from typing import Any

from rules.rulebook import Target
from workers.notes import Message, cut
from workers.senders.base import Way

MODULE = "apprise"
TEXT_MOST = 10_000  # characters; apprise cuts further where a service wants that


class Apprise:
    """Hands messages to apprise. It connects by itself, so that private addresses are not kept from it."""

    def __init__(self, load: Callable[[str], Any] = importlib.import_module) -> None:
        self._load = load

    def __call__(self, message: Message, target: Target, way: Way) -> None:
        """Raises Unavailable or Refused."""
        try:
            apprise = self._load(MODULE)
        except ImportError:
            raise way.refused("needs the package apprise, which is not installed: add it to requirements.txt") from None
        logging.getLogger(MODULE).setLevel(logging.CRITICAL)  # it would repeat parts of addresses
        outlet = apprise.Apprise()
        if not outlet.add(way.value(target.variable)):
            raise way.refused(f"its variable {target.variable} holds no address that apprise knows")
        if not _in_time(lambda: self._sent(apprise, outlet, message), way.deadline.left):
            raise way.unavailable("was not taken by apprise")

    def _sent(self, apprise: Any, outlet: Any, message: Message) -> bool:
        text = f"{cut(message.text, TEXT_MOST)}\n\n{message.more}"
        return bool(outlet.notify(title=message.title, body=text, body_format=apprise.NotifyFormat.TEXT))


def _in_time(send: Callable[[], bool], seconds: float) -> bool:
    """Whether it was sent in that time. What takes longer goes on by itself, and is tried again all the same."""
    came: list[bool] = []

    def work() -> None:
        try:
            came.append(send())
        except Exception:  # noqa: BLE001  (a foreign package may raise anything, with the address in it)
            came.append(False)

    thread = threading.Thread(target=work, name="apprise", daemon=True)
    thread.start()
    thread.join(max(0.1, seconds))
    return bool(came and came[0])
