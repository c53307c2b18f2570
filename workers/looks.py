"""A look: what one step knew before, what this look at it has found out, and how long it may be put off."""

from collections.abc import Mapping
from typing import Any

from core.runs import StepRecord
from rules.rulebook import Step as Written
from workers.visits import Visit

LOOK_AFTER_UNKNOWN_SECONDS = 30.0
RETRY_MOST_SECONDS = 60.0  # between two looks, if Heroku does not ask for more
APPROVAL_SECONDS = 24 * 3600.0


class Look:
    """`memory` is the action's own, beside these of ours: `since` (put off since then), `tries`, `call` (the one under
    way), `called` (a call may have had an effect), `intents`, `asked_at`.

    `answer_seconds`: how long a person has for an answer. `open`: a call from an earlier look has no known outcome.
    `begun`: this look has sent one.
    """

    def __init__(self, visit: Visit, *, field: str, written: Written, answer_seconds: float = APPROVAL_SECONDS) -> None:
        self.answer_seconds = answer_seconds
        self.visit = visit
        self.field = field
        self.written = written
        self.before: StepRecord | None = visit.journal.get(field)
        self.memory: dict[str, Any] = dict(self.before.memory) if self.before else {}
        self.open = self.before is not None and self.before.state == "started"
        self.begun = False
        answer = visit.run.approval
        ours = answer is not None and answer.get("field") == field
        self.answer: Mapping[str, Any] | None = answer if ours and self._is_newer(answer) else None

    @property
    def now(self) -> float:
        """Redis's time, in seconds since 1970."""
        return self.visit.now

    @property
    def name(self) -> str:
        """The step's own."""
        return self.written.name

    @property
    def too_soon(self) -> float:
        """Seconds until the outcome of an open call can be known."""
        return self.before.at + LOOK_AFTER_UNKNOWN_SECONDS - self.now if self.open and self.before else 0.0

    @property
    def left(self) -> float:
        """Seconds for which the step may still be put off."""
        return float(self.memory.get("since", self.now)) + self.visit.patience_seconds - self.now

    def is_put_off(self) -> None:
        """Its clock runs, from now on if it did not yet."""
        self.memory.setdefault("since", self.now)

    def gets_on(self) -> None:
        """It was not put off this time."""
        self.memory.pop("since", None)
        self.memory.pop("tries", None)

    @property
    def is_unanswered(self) -> bool:
        """Whether it asked a person, and nobody answered in time."""
        return "asked_at" in self.memory and self.answer is None and self.now >= self.answer_until

    @property
    def answer_until(self) -> float:
        """Until when what it asks may be answered, in seconds since 1970."""
        return float(self.memory["asked_at"]) + self.answer_seconds

    def asks(self) -> None:
        """It asks a person; an answer that was given before does not count for this."""
        if self.answer or "asked_at" not in self.memory:
            self.memory["asked_at"] = self.now

    def backoff(self, retry_after: float) -> float:
        """Seconds until the next try: at least what was asked for, longer each time, and one more try at the end."""
        tries = self.memory["tries"] = int(self.memory.get("tries", 0)) + 1
        seconds = max(retry_after, min(RETRY_MOST_SECONDS, 2.0 ** min(tries, 7) / 2))
        return max(1.0, min(seconds, self.left))

    def _is_newer(self, answer: Mapping[str, Any] | None) -> bool:
        return answer is not None and answer["at"] / 1000 >= self.memory.get("asked_at", 0.0)
