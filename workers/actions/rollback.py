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
from workers.actions.base import Action, Outcome, Step
from workers.actions.choices import Go, Stay, Wait
from workers.actions.histories import History
from workers.actions.reading import bad_release_of, history_of, is_building, releases_of
from workers.actions.rolling_back import choose

WAIT_SECONDS = 15.0  # for what is under way
WAIT_MOST_SECONDS = 300.0
CHECK_SECONDS = 5.0  # between looks at our own new release, if its event does not come first
CHECK_MOST_SECONDS = 600.0


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
        return _check(step)
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
    description, newest = step.memory["description"], step.memory["newest"]
    for release in releases_of(step):
        if release.version > newest and release.description == description:
            return _made(step, release)
    return None


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
    """The call happened; from now on it is about whether its release goes live."""
    step.memory.update(made=release.id, made_version=release.version, made_at=step.now)
    return Outcome(
        "waiting",
        f"Asked Heroku to go back from v{step.memory['bad_version']} to v{step.memory['target']}: "
        f"v{release.version} is {release.status}.",
        changed=True,
        own=[release.id],
        bad=step.memory["bad"],
        look_again=0.0 if release.status == "succeeded" and release.current else CHECK_SECONDS,
    )


def _check(step: Step[Params]) -> Outcome:
    """Is the release that we made live?"""
    memory = step.memory
    release = step.heroku.release(step.app, memory["made"])
    name = f"v{release.version} ({release.description})"
    if release.status in ("failed", "expired"):
        return Outcome("failed", f"{name} {release.status} in its release phase; it is not live.", tell_system=True)
    if release.status == "succeeded" and release.current:
        sentence = f"Rolled back from v{memory['bad_version']} to v{memory['target']}: {name} is live.{memory['note']}"
        output = {"version": release.version, "id": release.id, "target": memory["target"]}
        return Outcome("done", sentence, changed=True, output=output)
    if release.status == "succeeded":
        newer = next((r for r in releases_of(step) if r.version > release.version and r.current), None)
        if newer:
            return Outcome("failed", f"{name} was overtaken: v{newer.version} is live.", tell_system=True)
    if step.now - memory["made_at"] > CHECK_MOST_SECONDS:
        return Outcome("failed", f"{name} is not live after 10 minutes: it is {release.status}.", tell_system=True)
    return Outcome("waiting", f"{name} is {release.status}, not live yet.", changed=True, look_again=CHECK_SECONDS)


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
