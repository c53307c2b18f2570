"""`build`: builds an app from an archive at an address, and judges by what becomes of the build."""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated

from pydantic import Field

from heroku.access import Level
from heroku.models import Build
from rules.actions import ActionSpec, Need, Odd, Written
from rules.texts.templates import is_template
from workers.actions.addresses import JOINS, Address
from workers.actions.base import Action, Outcome, Step
from workers.actions.parameters import Params as Base
from workers.actions.parameters import Secret, Shaped, Text, resolved

LOOKED_AT = 20  # builds, the newest
CHECK_SECONDS = 15.0  # between looks, if the build's event does not come first
CHECK_MOST_SECONDS = 3_600.0


CHECKSUM = Shaped("SHA256:[0-9a-f]{64}", "must be SHA256: and 64 hexadecimal digits, as `sha256sum` prints them")


class Params(Base):
    """What to build."""

    url: Annotated[Secret, Address] = Field(
        min_length=1,
        description="Where the archive (.tar.gz) is. A signed address is a secret: put it into the environment and "
        "write `$NAME`. A template comes to an address without its query, as that may be a key.",
    )
    checksum: Annotated[str, CHECKSUM] | None = Field(
        None, description="What the archive must come to: SHA256: and 64 hexadecimal digits. Heroku checks it."
    )
    version: Text | None = Field(None, description="What the build is known by, mostly a commit.")
    description: Text | None = Field(None, description="What the version is about, mostly a commit's first line.")


def odd(written: Written) -> Iterator[Odd]:
    """An archive that an event names, held against nothing that stands in the rule."""
    if is_template(written.get("url")) and (is_template(written.get("checksum")) or not written.get("checksum")):
        instead = "write its checksum into the rule, or the whole address"
        yield Odd(("url",), f"the build runs whatever the event names, with the app's config; {instead}")


def perform(step: Step[Params]) -> Outcome:
    """Begin it, and look until it has ended. Raises what the client raises."""
    if "made" in step.memory:
        return _check(step)
    builds = _builds(step)
    same = next((build for build in builds[:1] if step.params.version and _version(build) == step.params.version), None)
    if same and same.status == "succeeded":
        return Outcome("not needed", f"The newest build is of {step.params.version} already.")
    if same and same.status == "pending":
        sentence = f"Somebody else is building {step.params.version}. Looking again in 15 s."
        return Outcome("waiting", sentence, look_again=CHECK_SECONDS)
    url = resolved(step.params.url, step.written.get("url"), step.variable)
    step.memory["known"] = [build.id for build in builds]
    step.intend(kind="build", target=step.params.version or "*")
    return _made(
        step,
        step.heroku.create_build(
            step.app,
            source_url=url,
            checksum=step.params.checksum,
            version=step.params.version,
            version_description=step.params.description,
        ),
    )


def settle(step: Step[Params]) -> Outcome | None:
    """A call without an answer: is there a new build of this version?"""
    fresh = (build for build in _builds(step) if build.id not in step.memory["known"])
    found = next((build for build in fresh if step.params.version in (None, _version(build))), None)
    return _made(step, found) if found else None


def _builds(step: Step[Params]) -> list[Build]:
    return list(islice(step.heroku.builds(step.app, page_items=LOOKED_AT), LOOKED_AT))


def _version(build: Build) -> str | None:
    return build.source_blob.version if build.source_blob else None


def _made(step: Step[Params], build: Build) -> Outcome:
    step.memory.update(made=build.id, made_at=step.now)
    return Outcome(
        "waiting", f"Began to build {_called(step)}.", changed=True, own=[build.id], look_again=CHECK_SECONDS
    )


def _check(step: Step[Params]) -> Outcome:
    """What has become of it?"""
    build = step.heroku.build(step.app, step.memory["made"])
    if build.status == "succeeded":
        output = {
            "build": build.id,
            "slug": build.slug.id if build.slug else None,
            "release": build.release.id if build.release else None,
        }
        return Outcome("done", f"Built {_called(step)}.", changed=True, output=output)
    if build.status == "failed":
        return Outcome("failed", f"The build of {_called(step)} failed.", changed=True, output={"build": build.id})
    if step.now - step.memory["made_at"] > CHECK_MOST_SECONDS:
        sentence = f"The build of {_called(step)} has not ended after an hour."
        return Outcome("failed", sentence, changed=True, tell_system=True)
    return Outcome("waiting", f"Building {_called(step)}.", changed=True, look_again=CHECK_SECONDS)


def _called(step: Step[Params]) -> str:
    return step.params.version or step.app_name


ACTION = Action(
    spec=ActionSpec(
        name="build",
        params=Params,
        needs=(Need("builds", Level.FULL),),
        changes=True,
        hears=("api:build",),
        variables=("url",),
        joins=JOINS,
        odd=odd,
    ),
    perform=perform,
    settle=settle,
    reads_live_state=True,
)
