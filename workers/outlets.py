"""A step's way to targets: the log at once, all others through the outbox, from which a run of its own sends."""

from collections.abc import Callable, Mapping

from core.outbox import Gathered, Outbox
from heroku.errors import Refused
from rules.rulebook import Target
from workers.notes import Message, Note, brief
from workers.telling import Teller

LOG = "log"
TOLD, HANDED = "told", "handed over"


class Outlet:
    """`allowed` is asked before each: it raises if the step may not go on, or is another worker's now."""

    def __init__(
        self,
        targets: Mapping[str, Target],
        *,
        outbox: Outbox,
        teller: Teller,
        run: str,
        token: str,
        allowed: Callable[[], None],
    ) -> None:
        self._targets = targets
        self._outbox = outbox
        self._teller = teller
        self._run = run
        self._token = token
        self._allowed = allowed

    def tell(self, name: str, note: Note) -> str:
        """Log it, or hand it over to be sent; answers which, in words. Raises Refused if there is no such target."""
        self._allowed()
        target = self._target(name)
        if target.kind == LOG:
            self._teller.log(name, note)
            return TOLD
        wait = target.options.get("wait")
        whole, short = note.to_json(), note.short().to_json()
        self._outbox.join(name, note.key, whole, short, trouble=brief(note.incident), over=note.resolve, wait=wait)
        return HANDED

    def take(self, name: str) -> Gathered | None:
        """What this run is to send; None while an earlier message is under way."""
        self._allowed()
        every = self._target(name).options.get("every")
        return self._outbox.take(self._run, name, token=self._token, every=every)

    def send(self, message: Message) -> None:
        """Send at once. Raises Unavailable, Refused."""
        self._allowed()
        target = self._target(message.target)
        if target.kind == LOG:  # the rules changed meanwhile
            for note in message.notes:
                self._teller.log(message.target, note)
            return
        self._teller.send(target, message)

    def _target(self, name: str) -> Target:
        target = self._targets.get(name)
        if target is None:
            raise Refused(method="POST", path=f"target {name}", message="there is no such target any more")
        return target
