"""What a person can do: replay, pause, answer, close a breaker, silence, stop a run. Used by the command line."""

import json
from dataclasses import asdict
from typing import Literal, cast
from uuid import uuid4

import redis

from core import history, layout, queue, scripts
from core.queue import Lane
from core.runs import Run
from core.sight import Sight
from core.sightings import Breaker, NotNow, NotThere, Pause
from rules.durations import in_words
from rules.silences import Silence


class Busy(NotNow):
    """A worker is at it just now: ask again in a moment."""


class Hands(Sight):
    """Each method is one act, written down with who and why. All raise redis.exceptions.RedisError if Redis does not
    answer."""

    def __init__(self, redis: redis.Redis) -> None:
        super().__init__(redis)
        self._replay = redis.register_script(scripts.source("replay"))
        self._pause = redis.register_script(scripts.source("pause"))
        self._lift = redis.register_script(scripts.source("lift"))
        self._answer = redis.register_script(scripts.source("answer"))
        self._stop = redis.register_script(scripts.source("stop"))
        self._silence = redis.register_script(scripts.source("silence"))
        self._unsilence = redis.register_script(scripts.source("unsilence"))

    def replay(self, id: str, *, by: str, why: str) -> str:
        """Have an event decided again, or a dead run or wait go on; answers its whole id. Raises NotThere, NotNow.

        What begins both an event's id and a dead run's means the event.
        """
        lane, whole = self._at_rest(id)
        earlier = self.kept_events([whole])[0].kept if lane == "decide" else None
        number = len(earlier.decisions) if earlier else 1
        request = json.dumps({"number": max(1, number), "by": by, "why": why})
        line = history.line("replay", by=by, why=why, about=whole)
        match cast("bytes", self._replay(args=[lane, whole, request, queue.envelope(lane), line])):
            case b"replayed":
                return whole
            case b"waiting":
                raise NotNow(f"{whole} is waiting to be worked on as it is")
            case _:
                raise NotThere("event or dead run", id)

    def pause(self, *, by: str, why: str) -> Pause:
        """Stop deciding and acting everywhere; deliveries are kept meanwhile."""
        pause = Pause(by, why, self.now())
        said = json.dumps({"by": by, "why": why, "at": pause.at})
        self._pause(args=[said, history.line("pause", by=by, why=why)])
        return pause

    def resume(self, *, by: str, why: str) -> Pause | None:
        """Go on; answers the pause that ended, None if there was none."""
        text = cast("bytes | None", self._lift(args=[history.line("resume", by=by, why=why), layout.PAUSED]))
        return Pause(**json.loads(text)) if text else None

    def close_breaker(self, rule: str, *, by: str, why: str) -> list[Breaker]:
        """Let the rule act again, with an empty count; answers what was open. Raises NotThere."""
        opened = self.breakers()
        closed = [breaker for breaker in opened if breaker.rule == rule]
        if not closed:
            raise NotThere("open breaker of a rule", rule, [breaker.rule for breaker in opened])
        for breaker in closed:
            line = history.line("close breaker", by=by, why=why, about=f"{rule}{' in shadow' * breaker.in_shadow}")
            name = f"{breaker.mode}:{rule}"
            self._lift(args=[line, layout.BREAKER + name, layout.LIMIT + name])
        return closed

    def silence(self, *, app: str, rule: str, seconds: float, by: str, why: str) -> Silence:
        """Have rules do nothing about apps for a while; both are globs. Raises NotNow if there are too many."""
        asked = Silence(uuid4().hex[:8], app, rule, at=0, until=int(seconds * 1000), by=by, why=why)
        line = history.line("silence", by=by, why=why, about=f"{asked.scope} for {in_words(seconds)}")
        arguments: list[str | int] = [asked.id, json.dumps(asdict(asked)), asked.until, line]
        kept = cast("bytes | None", self._silence(args=arguments))
        if kept is None:
            raise NotNow(f"there are {layout.SILENCES_MOST} silences already; end one: bin/dynohook silence list")
        return Silence(**json.loads(kept))

    def end_silence(self, beginning: str, *, by: str, why: str) -> Silence:
        """End a silence before its time; its id may be cut short. Raises NotThere."""
        standing = self.silences()
        begun = [silence for silence in standing if beginning and silence.id.startswith(beginning)]
        if len(begun) != 1:
            raise NotThere("silence", beginning, [silence.id for silence in begun or standing][:3])
        [silence] = begun
        line = history.line("end silence", by=by, why=why, about=silence.scope)
        if not self._unsilence(args=[silence.id, line]):
            raise NotThere("silence", beginning)
        return silence

    def stop(self, run: str, *, by: str, why: str) -> str:
        """End a run that is at rest or waits; answers its whole id. Raises NotThere, NotNow, Busy."""
        whole = self._run_id(run)
        line = history.line("stop", by=by, why=why, about=whole)
        match cast("bytes", self._stop(args=[whole, f"stopped by {by}: {why}", queue.envelope("act"), line])):
            case b"stopped":
                return whole
            case b"over":
                raise NotNow(f"run {whole} has ended: it is {self.run(whole).state}")
            case b"amid a call":
                raise NotNow(
                    f"run {whole} waits for what came of a call to Heroku, which will be looked up; try again when "
                    "that is known, or have nothing done at all meanwhile: bin/dynohook pause"
                )
            case b"busy":
                raise Busy(f"a worker is at run {whole} just now; try again in a moment")
            case _:
                raise NotThere("run", run)

    def answer(self, run: str, verdict: Literal["approve", "deny"], *, by: str, why: str) -> str:
        """Approve or deny what a run asked; answers its whole id. Raises NotThere, NotNow."""
        whole = self._run_id(run)
        request = json.dumps({"verdict": verdict, "by": by, "why": why})
        line = history.line(verdict, by=by, why=why, about=whole)
        match cast("bytes", self._answer(args=[whole, request, queue.envelope("act"), line])):
            case b"answered":
                return whole
            case b"not asking":
                raise NotNow(_asks_nothing(self.run(whole)))
            case b"too late":
                raise NotNow(f"nobody answered run {whole} in time, so it is denied")
            case _:
                raise NotThere("run", run)

    def _at_rest(self, beginning: str) -> tuple[Lane, str]:
        """What is to be replayed: an event, or a dead run or wait; of these two the run, where both begin so."""
        lanes: tuple[Lane, ...] = ("act", "wait")
        for lane in lanes:
            if self._redis.hexists(layout.DEAD, f"{lane} {beginning}"):
                return lane, beginning
        try:
            return "decide", self._event_id(beginning)
        except NotThere:
            for lane in lanes:
                begun = [key for key in self.dead() if beginning and key.startswith(f"{lane} {beginning}")]
                if len(begun) == 1:
                    return lane, begun[0].removeprefix(f"{lane} ")
            raise


def _asks_nothing(run: Run) -> str:
    """Whoever presses a button twice, or is second to another, hears what came of the first."""
    if run.approval is None:
        return f"run {run.id} asks for nothing: it is {run.state}"
    said = "yes" if run.approval["verdict"] == "approve" else "no"
    return f"run {run.id} asks for nothing any more: {run.approval['by']} said {said}, and it is {run.state}"
