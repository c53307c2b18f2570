"""`maintenance`: switches the page on or off that visitors see while an app is being worked on."""

from pydantic import Field

from heroku.access import Level
from heroku.models import App
from rules.actions import ActionSpec, Need
from workers import marks
from workers.actions.base import Action, Outcome, Step
from workers.actions.parameters import Params as Base
from workers.actions.parameters import Switch


class Params(Base):
    """On or off."""

    on: Switch = Field(description="true: visitors see the maintenance page; false: they see the app.")


def perform(step: Step[Params]) -> Outcome:
    """Look, and switch it if it is not so. Raises what the client raises."""
    app = step.heroku.app(step.app)
    if app.maintenance == step.params.on:
        word = "on" if app.maintenance else "off"
        return _done(app) if step.called else Outcome("not needed", f"Maintenance is {word} already.")
    step.intend(kind="app", target="*")
    return _done(step.heroku.update_app(step.app, maintenance=step.params.on))


def settle(step: Step[Params]) -> Outcome | None:
    """A call without an answer: is it so now?"""
    app = step.heroku.app(step.app)
    return _done(app) if app.maintenance == step.params.on else None


def _done(app: App) -> Outcome:
    on = app.maintenance
    return Outcome(
        "done",
        f"Maintenance was switched {'on' if on else 'off'}.",
        changed=True,
        output={"on": on},
        own=[marks.changed(app.id, app.updated_at)],
    )


ACTION = Action(
    spec=ActionSpec(name="maintenance", params=Params, needs=(Need("apps", Level.WRITE),), changes=True),
    perform=perform,
    settle=settle,
    reads_live_state=True,
)
