"""Rules run over events without touching anything: when each fires, and what its steps would do and say.

A run is taken to be over at once and to have had its effect, as each of its steps is taken to be done; so runs never
wait for each other. What is `given` for a step, by its name, says otherwise: a rule whose steps are given as
`not needed` gets its cooldown and its place under the limit back, as it would in life. A rule that asks a person
before it begins gets a yes, unless `approval` is given as denied.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from heroku.events import Event
from rules.deciding import NOWHERE, Decision
from rules.explaining import passed_over
from rules.model import Mode
from rules.rulebook import Rule, Rulebook, Step
from rules.silences import Silence
from rules.steps import Actions
from rules.texts.expressions import STEP_NAMES, compile_expression
from rules.texts.templates import TemplateError, render_params
from rules.trials.cases import GivenModel
from rules.trials.memory import Judgement, Memory

FAILED = frozenset({"failed", "denied", "unknown"})
APPROVAL = "approval"  # as a step that is given: what a person says to a rule that asks before it begins
DONE = GivenModel()
Given = Mapping[str, GivenModel]


class Taken(NamedTuple):
    """A step that would have been taken: its parameters with every template rendered, and what it came to."""

    step: Step
    params: Mapping[str, Any]
    outcome: str
    sentence: str


class Firing(NamedTuple):
    """A rule that fires, and the steps that it would take."""

    judged: Judgement
    steps: tuple[Taken, ...]


class Moment(NamedTuple):
    """What an event brought about when it came; or what a wait did that was over, then `decision` is None."""

    event: Event
    at: int
    decision: Decision | None
    judged: tuple[Judgement, ...]
    firings: tuple[Firing, ...]


class Rehearsal:
    """A rulebook, what it remembers, and a clock that only goes forward; times are in milliseconds since 1970."""

    def __init__(
        self,
        book: Rulebook,
        *,
        actions: Actions,
        given: Given | None = None,
        silences: Iterable[Silence] = (),
        own_app: AbstractSet[str] = NOWHERE,
    ) -> None:
        self._actions, self._given = actions, given or {}
        self._memory = Memory(book, silences=silences, own_app=own_app)

    def take(self, event: Event, *, now: int) -> list[Moment]:
        """An event comes; what waited until now comes before it."""
        earlier = self.pass_time(now)
        decision, judged = self._memory.take(event, now=now)
        return [*earlier, Moment(event, now, decision, tuple(judged), self._fired(judged))]

    def pass_time(self, now: int) -> list[Moment]:
        """Everything that was to be looked at by `now`, in its order."""
        return [Moment(one.event, one.at, None, (one,), self._fired([one])) for one in self._memory.due(now)]

    def finish(self) -> list[Moment]:
        """Let the clock run until nothing waits any more."""
        moments = []
        while (until := self._memory.next_due()) is not None:
            moments += self.pass_time(until)
        return moments

    def _fired(self, judged: Iterable[Judgement]) -> tuple[Firing, ...]:
        return tuple(self._fire(one) for one in judged if one.fires)

    def _fire(self, judged: Judgement) -> Firing:
        steps = walk(judged.rule, judged.event, self._given)
        if judged.mode is Mode.LIVE:
            self._memory.finish(judged, now=judged.at, effect=self._effect(judged.rule, steps))
        return Firing(judged, steps)

    def _effect(self, rule: Rule, taken: tuple[Taken, ...]) -> bool:
        """A change to Heroku, or what may have been one; for rules that only tell people, a message that went out."""
        steps = [one for one in taken if one.step in rule.do]
        changing = {step.action for step in rule.do if self._actions[step.action].changes}
        if changing:
            return any(one.outcome in ("done", "unknown") for one in steps if one.step.action in changing)
        return any(one.outcome == "done" for one in steps)


def walk(rule: Rule, event: Event, given: Given) -> tuple[Taken, ...]:
    """The steps that a run would take, one after the other; those of `on_failure` if one failed."""
    if given.get(APPROVAL, DONE).outcome in FAILED and rule.approve_within_seconds is not None:
        return ()
    walking = _Walking(rule, event, given)
    if not walking.go(rule.do):
        walking.go(rule.on_failure)
    return tuple(walking.taken)


class _Walking:
    """One run on its way: the steps taken, and what later ones may know of them."""

    def __init__(self, rule: Rule, event: Event, given: Given) -> None:
        self.taken: list[Taken] = []
        self._given = given
        self._known = {step.name: {"outcome": "planned", "sentence": ""} for step in (*rule.do, *rule.on_failure)}
        fields = event.fields
        self._context = {**fields, "event": fields, "rule": rule.name, "steps": self._known, "error": None}

    def go(self, steps: Iterable[Step]) -> bool:
        """Take these steps; whether none failed of those that must not."""
        return all(self._is_passed_over(step) or self._take(step) or step.continue_on_failure for step in steps)

    def _is_passed_over(self, step: Step) -> bool:
        if step.condition is None:
            return False
        held, seen = compile_expression(step.condition, STEP_NAMES).verdict(self._context)
        if not held:
            self._known[step.name] = {"outcome": "not needed", "sentence": passed_over(step.condition, seen)}
        return not held

    def _take(self, step: Step) -> bool:
        came_to = self._given.get(step.name, DONE)
        outcome, sentence, params = (
            came_to.outcome,
            came_to.sentence or f"({step.name}: {came_to.outcome})",
            step.params,
        )
        try:
            params = render_params(step.params, self._context)
        except TemplateError as error:
            outcome, sentence = "failed", f"{step.name} failed: {error}."
        self._known[step.name] = {**(came_to.model_extra or {}), "outcome": outcome, "sentence": sentence}
        self.taken.append(Taken(step, params, outcome, sentence))
        if outcome in FAILED:
            self._context["error"] = sentence
        return outcome not in FAILED
