"""`redeploy`: releases code that was built before, with today's config, and checks that it goes live."""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from heroku.access import Level
from heroku.models import Release
from rules.actions import ActionSpec, Need
from workers.actions import going_live
from workers.actions.base import Action, Outcome, Step
from workers.actions.histories import KEPT_CONFIG
from workers.actions.parameters import Params as Base
from workers.actions.parameters import Switch, Text
from workers.actions.reading import releases_of

WAIT_SECONDS = 15.0  # for what is under way
WAIT_MOST_SECONDS = 300.0
AGAIN = "Dynohook: v{version} once more"  # how we describe a release of the code that runs


VERSION = WithJsonSchema({"anyOf": [{"type": "string", "minLength": 1}, {"type": "integer"}]})


def _version(value: object) -> object:
    """A version is mostly written as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Params(Base):
    """Which code: that of a slug, of a release, or what runs now."""

    slug: Text | None = Field(None, description="The id of a slug.")
    release: Annotated[Text, BeforeValidator(_version), VERSION] | None = Field(
        None, description="A release that has it: its id, or its version as 41 or v41."
    )
    again: Switch = Field(
        default=False, description="true: also if this code is live already, as after a change of add-ons."
    )

    @model_validator(mode="after")
    def _says_one(self) -> Self:
        if self.slug is not None and self.release is not None:
            raise ValueError("slug and release do not go together")
        if self.slug is None and self.release is None and not self.again:
            raise ValueError("one of slug and release must be given, or again: true for the code that runs")
        return self

    @property
    def named(self) -> str:
        """What the rule names, without the v of a version."""
        text = self.release or ""
        return text[1:] if text[:1] == "v" and text[1:].isdigit() else text


def perform(step: Step[Params]) -> Outcome:
    """Look, and release it if it is not live. Raises what the client raises."""
    if "made" in step.memory:
        return going_live.watch(step, _done)
    releases = releases_of(step)
    live = next((release for release in releases if release.current), None)
    source = _source(step.params, releases, live)
    slug = step.params.slug or (source.slug.id if source and source.slug else None)
    if slug is None:
        return Outcome("failed", _no_code(step, source))
    if live and live.slug and live.slug.id == slug and not step.params.again:
        return Outcome("not needed", f"v{live.version} is live and has this code already.")
    pending = next((r for r in releases if r.status == "pending"), None)
    if pending and step.now - step.memory.setdefault("waits_since", step.now) < WAIT_MOST_SECONDS:
        sentence = f"v{pending.version} is still pending. Looking again in 15 s."
        return Outcome("waiting", sentence, look_again=WAIT_SECONDS)
    if source and source is live:
        description = AGAIN.format(version=source.version)
    elif source:
        description = KEPT_CONFIG.format(version=source.version)
    else:
        description = f"Dynohook: slug {slug[:8]}"
    step.memory.update(description=description, newest=releases[0].version if releases else 0)
    step.intend(kind="release", target=description)
    return _made(step, step.heroku.release_slug(step.app, slug=slug, description=description))


def settle(step: Step[Params]) -> Outcome | None:
    """A call without an answer: is there the release that it would have made?"""
    release = going_live.unanswered(step)
    return _made(step, release) if release else None


def _source(params: Params, releases: list[Release], live: Release | None) -> Release | None:
    """The newest release that has the code."""
    if params.slug:
        return next((r for r in releases if r.slug and r.slug.id == params.slug), None)
    if params.release:
        return next((r for r in releases if params.named in (r.id, str(r.version))), None)
    return live


def _made(step: Step[Params], release: Release) -> Outcome:
    return going_live.made(step, release, "Asked Heroku to release earlier code with today's config")


def _done(release: Release, name: str) -> Outcome:
    output = {"version": release.version, "id": release.id}
    return Outcome("done", f"{name} is live, with today's config.", changed=True, output=output)


def _no_code(step: Step[Params], source: Release | None) -> str:
    if source:
        return f"v{source.version} has no slug that could be released again."
    if step.params.release:
        return f"{step.app_name} has no release {step.params.release} among its last 100."
    return f"No release of {step.app_name} is live."


ACTION = Action(
    spec=ActionSpec(
        name="redeploy",
        params=Params,
        needs=(Need("releases", Level.WRITE),),
        changes=True,
        hears=("api:release",),
    ),
    perform=perform,
    settle=settle,
    reads_live_state=True,
)
