"""A visit: one worker's look at one run, from claim to parking or finishing, and what it has written so far."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import structlog

from core import layout, links
from core.runs import Entry, Run, RunState, StepRecord, StepState
from heroku import events
from heroku.access import Grant, Level
from rules.rulebook import Step as Written
from workers.crew import Crew

APPROVAL = "approval:0"  # the journal's field for the question before the first step
FAILED: frozenset[StepState] = frozenset({"failed", "denied", "unknown"})
SYSTEM_PATIENCE_SECONDS = 24 * 3600.0  # the service's own trouble is told even if the target is away for long

log = structlog.get_logger()


class Visit:
    """The run, our claim on it, and its journal as it grows."""

    def __init__(self, crew: Crew, run: Run, *, token: str) -> None:
        self.crew = crew
        self.run = run
        self.token = token
        self.journal: dict[str, StepRecord] = dict(run.journal)
        self.names = {
            f"{field}:{index}": step["name"]
            for field, part in (("step", "steps"), ("failure", "on_failure"))
            for index, step in enumerate(run.plan.get(part, ()))
        }
        self.event = events.read(run.event.body) if run.event else None

    @property
    def now(self) -> float:
        """Redis's time, in seconds since 1970."""
        return self.run.now

    @property
    def is_system(self) -> bool:
        """Whether it only tells of the service's own trouble."""
        return is_system(self.run)

    @property
    def is_last_resort(self) -> bool:
        """Whether it tells the `system` target: trouble with that is not told of in turn."""
        return self.is_system and self.run.key in ("", layout.SYSTEM)

    @property
    def patience_seconds(self) -> float:
        """How long each of its steps may be put off."""
        return self.run.give_up_at - self.run.planned_at if self.run.give_up_at else SYSTEM_PATIENCE_SECONDS

    @property
    def access(self) -> dict[str, Level]:
        """What the rule was granted when the run was planned."""
        return {group: Level(level) for group, level in self.run.plan.get("access", {}).items()}

    def grant(self) -> Grant:
        """Who calls, and what it may."""
        allowed = self.run.plan.get("on_apps", ["event"])
        own = {self.run.app, self.run.app_name}
        covers_own = any(word == "event" or fnmatchcase(self.run.app_name, word) for word in allowed)
        apps = frozenset(filter(None, {word for word in allowed if word != "event"} | (own if covers_own else set())))
        ours = self.crew.own_app
        apart = frozenset() if apps & ours else ours  # on itself the service acts only where a rule names it
        return Grant(who=f"rule {self.run.rule}", levels=self.access, apps=apps, apart=apart)

    def in_words(self, said: str) -> str:
        """The same with the app's name where its id stands, which nobody knows by heart."""
        return said.replace(self.run.app, self.run.app_name) if self.run.app and self.run.app_name else said

    def state(self, field: str) -> StepState | None:
        """How far a step has come; None if it was never looked at."""
        record = self.journal.get(field)
        return record.state if record else None

    def write(self, field: str, record: StepRecord, *, ask_until: float | None = None, **entry: Any) -> None:
        """Write a line of the journal, and what goes with it; until when a person may answer, if it asks. Raises
        ClaimLost."""
        self.journal[field] = record
        asks = {} if ask_until is None else {"asking": field, "ask_until": f"{ask_until * 1000:.0f}"}
        said = {field: record.to_json(), **asks}
        self.crew.runs.record(self.run, Entry(set=said, **entry), token=self.token)

    def steps(self) -> dict[str, dict[str, Any]]:
        """What templates may know of each step, by name; one that was not looked at yet is `planned`."""
        nothing = StepRecord("planned", 0.0)
        known = {name: self.journal.get(field, nothing) for field, name in self.names.items()}
        return {
            name: {**record.output, "outcome": record.state, "sentence": record.sentence}
            for name, record in known.items()
        }

    def error(self) -> str | None:
        """The sentence of the step that failed; of several, as some let the run go on, the last."""
        records = [record for field, record in self.journal.items() if field.startswith("step:")]
        failed = [record for record in records if record.state in FAILED]
        return max(failed, key=lambda record: record.at).sentence if failed else None

    def context(self) -> Mapping[str, Any]:
        """What templates may use."""
        fields = {"app": {"id": self.run.app, "name": self.run.app_name}, **(self.event.fields if self.event else {})}
        came_to = {"steps": self.steps(), "error": self.error()}
        return {**fields, "event": fields, "rule": self.run.rule, **came_to, "links": self.links()}

    def links(self) -> Mapping[str, str]:
        """Where the console shows the run and its event; nothing without one."""
        console = self.crew.teller.console
        if not console:
            return {}
        return {"run": links.run(console, self.run.id), "event": links.event(console, self.run.event_id)}

    def finish(self, steps: Sequence[Written]) -> None:
        """The last step is settled: say what the run came to, and whether it had an effect."""
        taken = [(step, self.journal.get(f"step:{index}")) for index, step in enumerate(steps)]
        records = [record for _, record in taken if record]
        failed = [step for step, record in taken if record and record.state in FAILED]
        effect = self._effect(steps, records)
        state: RunState = "done"
        if failed:
            state = "done with failures" if all(step.continue_on_failure for step in failed) else "failed"
        elif not effect and any(record.state == "not needed" for record in records):
            state = "not needed"
        self.crew.runs.record(self.run, Entry(then="finish", state=state, effect=effect), token=self.token)
        log.info("run finished", run=self.run.id, rule=self.run.rule, app=self.run.app_name, state=state)
        if self.is_system and state == "failed":  # what nobody was told stands here, as this log is read last of all
            words = records[0].memory.get("words") or steps[0].params.get("text")
            log.error(f"the {self.run.key or layout.SYSTEM} target was not told", run=self.run.id, text=words)

    def _effect(self, steps: Sequence[Written], records: Sequence[StepRecord]) -> bool:
        """A change to Heroku, or what may have been one; for rules that only tell people, a message that went out."""
        actions = [self.crew.actions.get(step.action) for step in steps]
        if any(action is not None and action.spec.changes for action in actions):
            return any(record.changed or record.state == "unknown" for record in records)
        return any(record.state == "done" for record in records)


def is_system(run: Run) -> bool:
    """Whether a run only tells of the service's own trouble; one that a rule of the same name planned has an event."""
    return run.rule == layout.SYSTEM and run.event is None
