"""What a rule says of a call to an endpoint of Heroku's: its name, and parameters checked before anything is sent."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from heroku.endpoint import Endpoint
from heroku.endpoints import PUBLIC
from rules.suggesting import closest, listed
from rules.texts.templates import is_template
from rules.values import no_template
from workers.actions.base import RENDERED
from workers.actions.commands import decides_nothing
from workers.actions.parameters import Params as Base
from workers.actions.parameters import no_secrets

BY_NAME: Mapping[str, Endpoint] = {endpoint.name: endpoint for endpoint in PUBLIC}


VARIABLES = ("env", "changes")  # parameters of variables: of a dyno's, of the config's


def _known(name: str) -> str:
    """Written out, and no template: what a rule may do is known before it runs."""
    if name not in BY_NAME:
        hint = closest(name, BY_NAME)
        told = "must be the name of an endpoint; docs/heroku-api.md lists them" + (f" ({hint}?)" if hint else "")
        raise PydanticCustomError("no_endpoint", "{told}", {"told": told})
    return name


def _amiss(entry: Endpoint, given: set[str]) -> str:
    """What is not given, or not known."""
    known = (*entry.places, *entry.required, *entry.optional)
    missing = [name for name in (*entry.places, *entry.required) if name not in given]
    if missing:
        return f"with: {listed(missing)} must be given, too"
    unknown = sorted(given.difference(known))
    if unknown:
        hint = closest(unknown[0], known)
        return f"with: {entry.name} takes no {unknown[0]}" + (f"; {hint}?" if hint else f", only {listed(known)}")
    return ""


class Params(Base):
    """Calls any endpoint of Heroku's API by its name, for what no other action does."""

    endpoint: Annotated[str, AfterValidator(_known), WithJsonSchema({"enum": sorted(BY_NAME)})] = Field(
        description="The endpoint's name, as in the table of docs/heroku-api.md."
    )
    given: Annotated[dict[str, Any], AfterValidator(no_secrets)] = Field(
        default_factory=dict,
        alias="with",
        description="Its parameters; `app` is the event's own if it is not given. `$NAME` stands for a variable of "
        "this service's own environment.",
    )

    @model_validator(mode="after")
    def _fits(self, info: ValidationInfo) -> Self:
        entry = BY_NAME[self.endpoint]
        if entry.name == "run_dyno" and info.context != RENDERED and is_template(self.given.get("command")):
            raise no_template("command: must be without templates; the action `run` takes them as arguments")
        for name in VARIABLES:
            if isinstance(values := self.given.get(name), dict):
                decides_nothing(values, info)
        if amiss := _amiss(entry, {*self.given, *({"app"} & {*entry.places})}):
            raise ValueError(amiss)
        for name in entry.places:
            if not isinstance(self.given.get(name, "x"), (str, int)) or self.given.get(name) == "":
                raise ValueError(f"{name}: must be a text that is not empty")
        try:
            entry.takes.model_validate(self.body(self.given), strict=False)
        except ValidationError as error:
            wrong = [each for each in error.errors(include_url=False) if not is_template(each["input"])]
            if wrong:
                told = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong)
                raise ValueError("; ".join(told)) from None
        return self

    def body(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Those parameters that do not stand in the path."""
        return {name: value for name, value in given.items() if name not in BY_NAME[self.endpoint].places}
