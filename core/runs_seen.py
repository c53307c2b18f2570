"""The runs that are kept, as a person sees them: by event, by what they are at, or only how they came out."""

import contextlib
from collections.abc import Sequence
from typing import cast

from core import layout, outbox, records
from core.asking import asking
from core.looking import Looking
from core.runs import Run
from core.runs import read as read_run
from core.sightings import NotThere, Outcome


class RunSight(Looking):
    """Looks at runs. Those of another version of Dynohook are left out of lists."""

    def runs(self, *, most: int) -> list[Run]:
        """The runs planned last, the newest first; without those of another version of Dynohook."""
        return self.kept_runs(self._newest(layout.RUNS, most))

    def runs_of(self, event: str) -> list[Run]:
        """The runs that came of an event, the oldest first; without those of another version of Dynohook."""
        ids = reversed(self._newest(layout.RUNS))
        return self.kept_runs([id for id in ids if id.startswith((f"{event}:", f"{event}#"))])

    def under_way(self, *, most: int) -> list[Run]:
        """The runs that wait or are worked on, those that are due first, first; without those in line behind them."""
        ids = cast("list[bytes]", self._redis.zrange(layout.DUE + "act", 0, most - 1))
        return self.kept_runs([id.decode() for id in ids])

    def messages(self, *, most: int) -> list[Run]:
        """Of the runs planned last, so many, those that send a message to people; the newest first."""
        return self.kept_runs([id for id in self._newest(layout.RUNS, most) if id.startswith(outbox.RUNS)])

    def outcomes(self, *, most: int) -> list[Outcome]:
        """How the runs came out that were planned last, so many, the newest first; nothing else of them is read."""
        ids = self._newest(layout.RUNS, most)
        pipeline = self._redis.pipeline(transaction=False)
        for id in ids:
            pipeline.hmget(layout.RUN + id, "rule", "state")
        found = zip(ids, pipeline.execute(), strict=True)
        return [Outcome(id, rule.decode(), state.decode()) for id, (rule, state) in found if rule and state]

    def run(self, id: str) -> Run:
        """One run, by its id or the beginning of it. Raises NotThere, records.UnknownFormat."""
        whole = self._run_id(id)
        fields = cast("dict[bytes, bytes]", self._redis.hgetall(layout.RUN + whole))
        if not fields:
            raise NotThere("run", id)
        return read_run(whole, fields, now=self.now())

    def kept_runs(self, ids: Sequence[str]) -> list[Run]:
        """These runs, in that order; without those that are gone, or of another version of Dynohook."""
        pipeline = self._redis.pipeline(transaction=False)
        for id in ids:
            pipeline.hgetall(layout.RUN + id)
        now = self.now()
        found = []
        for id, fields in zip(ids, pipeline.execute(), strict=True):
            with contextlib.suppress(records.UnknownFormat):
                found += [read_run(id, fields, now=now)] if fields else []
        return found

    def notes(self, runs: Sequence[str]) -> list[int]:
        """Of how many notes each of these runs makes one message."""
        pipeline = self._redis.pipeline(transaction=False)
        for id in runs:
            pipeline.hget(layout.RUN + id, "notes")
        return [int(number or 0) for number in pipeline.execute()]

    def asking(self) -> list[str]:
        """The runs that wait for a person's yes or no, those whose time is over first, first."""
        return list(asking(self._redis))

    def _run_id(self, beginning: str) -> str:
        return self._whole(beginning, "run", layout.RUN, layout.RUNS)
