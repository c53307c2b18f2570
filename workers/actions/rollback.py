"""`rollback`: sees to it that the last good release is what runs, and checks that it does.

Six steps: is the bad release live · is something newer under way · what did it change · would config be undone ·
never twice, never to a bad one, never a rollback of a rollback · done only when the new release is live.
"""

from typing import Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from heroku.access import Level
from heroku.models import Release
from rules.actions import ActionSpec, Need
from rules.model import Duration
from workers.actions import going_live
from workers.actions.base import Action, Outcome, Step
from workers.actions.choices import Go, Stay, Wait
from workers.actions.histories import History
from workers.actions.reading import bad_release_of, history_of, is_building
from workers.actions.rolling_back import choose

WAIT_SECONDS = 15.0  # for what is under way
WAIT_MOST_SECONDS = 300.0


class Params(BaseModel):
    """What to go back to, and how."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    to: Literal["last-good"] = Field(
        "last-good", description="The newest release whose code is known to have run well."
    )
    only_if_live: bool = Field(
        default=True,
        description="false: also when the bad release never went live, to take back the config that came with it.",
    )
    config: Literal["keep", "restore"] | None = Field(
        None,
        description="keep: old code with today's config; restore: config goes back as well. "
        "Default: keep if config or add-ons were changed in between.",
    )
    younger_than: Duration | None = Field(
        None,
        description="Take back only a release that went live within so long: what has run for months and crashes now "
        "is hardly to blame. Default: any.",
    )


def perform(step: Step[Params]) -> Outcome:
    """Look, and do the one thing that is next. Raises what the client raises."""
    if "made" in step.memory:
        return going_live.watch(step, lambda release, name: _done(step, release, name))
    bad_id = bad_release_of(step)
    if bad_id is None:
        return Outcome("failed", "The event names no release, so there is nothing to roll back.")
    history = history_of(step)
    waits_since = step.memory.pop("waits_since", step.now)
    choice = choose(
        history,
        bad_id=bad_id,
        building=is_building(step),
        patient=step.now - waits_since < WAIT_MOST_SECONDS,
        ours=bool(step.remembered.made([bad_id])),
        only_if_live=step.params.only_if_live,
        config=step.params.config,
        younger_than=step.params.younger_than,
    )
    match choice:
        case Stay(outcome=outcome, sentence=sentence):
            return Outcome(outcome, sentence, tell_system=outcome != "not needed")
        case Wait(sentence=sentence):
            step.memory["waits_since"] = waits_since
            return Outcome("waiting", f"{sentence} Looking again in 15 s.", look_again=WAIT_SECONDS)
        case Go() if choice.ask and not _approved(step, choice):
            return _ask(step, choice)
        case Go():
            return _go(step, history, bad_id, choice)
        case _:
            assert_never(choice)


def settle(step: Step[Params]) -> Outcome | None:
    """A call without an answer: is there the release that it would have made?"""
    release = going_live.unanswered(step)
    return _made(step, release) if release else None


def _go(step: Step[Params], history: History, bad_id: str, choice: Go) -> Outcome:
    bad = history.find(bad_id)
    assert bad is not None  # noqa: S101  `choose` found it
    step.memory.update(
        description=choice.description,
        newest=history.releases[0].version,
        bad_version=bad.version,
        bad=list(choice.blamed),
        target=choice.target.version,
        note=_note(choice),
    )
    step.intend(kind="release", target=choice.description)
    if choice.by == "release":
        release = step.heroku.rollback(step.app, release=choice.target.id)
    else:
        assert choice.target.slug is not None  # noqa: S101  `choose` says slug only where there is one
        release = step.heroku.release_slug(step.app, slug=choice.target.slug.id, description=choice.description)
    return _made(step, release)


def _made(step: Step[Params], release: Release) -> Outcome:
    way = f"from v{step.memory['bad_version']} to v{step.memory['target']}"
    return going_live.made(step, release, f"Asked Heroku to go back {way}", bad=step.memory["bad"])


def _done(step: Step[Params], release: Release, name: str) -> Outcome:
    memory = step.memory
    sentence = f"Rolled back from v{memory['bad_version']} to v{memory['target']}: {name} is live.{memory['note']}"
    output = {"version": release.version, "id": release.id, "target": memory["target"]}
    return Outcome("done", sentence, changed=True, output=output)


def _ask(step: Step[Params], choice: Go) -> Outcome:
    undone = "; ".join(choice.undone)
    step.memory["asked_for"] = choice.terms
    return Outcome(
        "waiting",
        f"Going back to v{choice.target.version} would also undo: {undone}. {_why_ask(choice)} "
        "So a person has to approve it.",
        needs_approval=True,
    )


def _why_ask(choice: Go) -> str:
    if choice.target.slug is None:
        return "There is no slug to keep the config with."
    return "What the add-on gave before may not work any more."


def _approved(step: Step[Params], choice: Go) -> bool:
    """Whether a person said yes to just this; if the history has changed since, they are asked again."""
    said = step.approval and step.approval.get("verdict")
    return said == "approve" and step.memory.get("asked_for") == choice.terms


def _note(choice: Go) -> str:
    """What a reader of the sentence must know besides."""
    said = []
    if not choice.well:
        said.append(f" v{choice.target.version} is not known to have run well, but nor is it known to be bad.")
    if choice.by == "slug":
        said.append(" Config was kept as it is.")
    if choice.undone:
        said.append(f" This took back: {'; '.join(choice.undone)}.")
    return "".join(said)


ACTION = Action(
    spec=ActionSpec(
        name="rollback",
        params=Params,
        needs=(Need("releases", Level.WRITE),),
        uses=(Need("builds", Level.READ),),
        changes=True,
    ),
    perform=perform,
    settle=settle,
    reads_live_state=True,
)
