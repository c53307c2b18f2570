"""The events that are kept, as a person sees them: with their state, and the dead letters among them."""

import contextlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from core import accepting, layout, records
from core.looking import Looking
from core.sightings import EventState, KeptEvent, NotThere


class EventSight(Looking):
    """Looks at events."""

    def events(self, *, most: int) -> list[KeptEvent]:
        """The events accepted last, the newest first."""
        return self.kept_events(self._newest(layout.EVENTS, most))

    def event_ids(self, state: str = "", *, most: int, skip: int = 0) -> list[str]:
        """The ids of the events accepted last, the newest first; those waiting, dead or unreadable if that is asked
        for, which nobody has to unpack them for. Of other states: of all."""
        match state:
            case "waiting":
                return self._newest(layout.DUE + "decide", most, skip=skip)
            case "dead":
                ids = [key.removeprefix("decide ") for key in self.dead() if key.startswith("decide ")]
            case "unreadable":
                ids = [id for id in self._newest(layout.EVENTS) if id.startswith(accepting.UNREADABLE)]
            case _:
                return self._newest(layout.EVENTS, most, skip=skip)
        return ids[skip : skip + most]

    def event(self, id: str) -> KeptEvent:
        """One event. Raises NotThere."""
        found = self.kept_events([self._event_id(id)])[0]
        if found.state == "gone":
            raise NotThere("event", id)
        return found

    def kept_events(self, ids: Sequence[str]) -> list[KeptEvent]:
        """These events, in that order."""
        if not ids:
            return []
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.mget([layout.EVENT + id for id in ids])
        pipeline.hmget(layout.DEAD, [f"decide {id}" for id in ids])
        for id in ids:
            pipeline.zscore(layout.EVENTS, id)
            pipeline.zscore(layout.DUE + "decide", id)
        records_, dead, *scores = pipeline.execute()
        return [
            _kept_event(id, record, letter, *times)
            for id, record, letter, times in zip(
                ids, records_, dead, zip(scores[::2], scores[1::2], strict=True), strict=True
            )
        ]

    def dead(self) -> dict[str, Mapping[str, Any]]:
        """Dead letters: `<lane> <id>` with when and after how many attempts, the latest first."""
        kept = cast("dict[bytes, bytes]", self._redis.hgetall(layout.DEAD))
        letters = {key.decode(): json.loads(value) for key, value in kept.items()}
        return dict(sorted(letters.items(), key=lambda letter: -letter[1]["at"]))

    def put_off(self, ids: Sequence[str]) -> list[tuple[str, str]]:
        """Of these waits the rule that was put off and the event that it is about; both empty for one that is gone."""
        pipeline = self._redis.pipeline(transaction=False)
        for id in ids:
            pipeline.hmget(layout.WAIT + id, "rule", "event")
        return [((rule or b"").decode(), (event or b"").decode()) for rule, event in pipeline.execute()]

    def _event_id(self, beginning: str) -> str:
        """Whoever has a run's id at hand is told its event's."""
        try:
            return self._whole(beginning, "event", layout.EVENT, layout.EVENTS)
        except NotThere:
            event = re.split("[:#]", beginning)[0]
            if event != beginning and self._redis.exists(layout.EVENT + event):
                raise NotThere("event", beginning, [event]) from None
            raise


def _kept_event(
    id: str, record: bytes | None, dead: bytes | None, accepted: float | None, due: float | None
) -> KeptEvent:
    state: EventState = "decided"
    if record is None:
        state = "gone"
    elif dead:
        state = "dead"
    elif due is not None:
        state = "waiting"
    kept = None
    with contextlib.suppress(records.UnknownFormat):
        kept = records.unpack(record) if record else None
    return KeptEvent(id, (accepted or 0) / 1000, state, due / 1000 if due is not None else None, kept)
