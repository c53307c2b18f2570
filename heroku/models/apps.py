"""An app and what belongs to it: config vars, add-ons, domains, collaborators, pipelines.

https://devcenter.heroku.com/articles/platform-api-reference#app
"""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, RootModel, SecretStr, StrictInt, StrictStr

from heroku.models.base import Flag, Maybe, Named, Person, Time, Value, Word, Words


class App(Value):
    """An app; `web_url` is where it answers, `slug_size` and `repo_size` are bytes."""

    id: StrictStr
    name: StrictStr
    maintenance: Flag = False
    owner: Maybe[Person] = None
    region: Maybe[Named] = None
    stack: Maybe[Named] = None
    build_stack: Maybe[Named] = None
    team: Maybe[Named] = None
    space: Maybe[Named] = None
    web_url: Maybe[StrictStr] = None
    slug_size: Maybe[StrictInt] = None
    repo_size: Maybe[StrictInt] = None
    released_at: Time = None
    created_at: Time = None
    updated_at: Time = None


def _only_texts(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: each for name, each in value.items() if isinstance(each, str)}


class ConfigVars(RootModel[Annotated[dict[str, SecretStr], BeforeValidator(_only_texts)]]):
    """Config vars by name. They show their names only; `variables["NAME"].get_secret_value()` gives a value."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in alphabetical order."""
        return tuple(sorted(self.root))

    def get(self, name: str) -> SecretStr | None:
        """The value under this name, or None."""
        return self.root.get(name)

    def differing(self, other: "ConfigVars") -> tuple[str, ...]:
        """The names whose values are not the same in both, in alphabetical order."""
        return tuple(sorted(name for name in {*self.root, *other.root} if self.get(name) != other.get(name)))

    def __getitem__(self, name: str) -> SecretStr:
        return self.root[name]

    def __contains__(self, name: object) -> bool:
        return name in self.root

    def __len__(self) -> int:
        return len(self.root)

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]  # as of a mapping: pydantic's own gives pairs
        return iter(self.root)

    def __repr__(self) -> str:
        return f"<ConfigVars {', '.join(self.names)}>"

    __str__ = __repr__


class AddOn(Value):
    """An add-on: `state` is provisioning, provisioned or deprovisioned; `config_vars` are names."""

    id: StrictStr
    name: Word = ""
    state: Word = ""
    addon_service: Maybe[Named] = None
    plan: Maybe[Named] = None
    app: Maybe[Named] = None
    config_vars: Words = ()
    provider_id: Maybe[StrictStr] = None
    created_at: Time = None
    updated_at: Time = None


class Domain(Value):
    """A domain: `cname` is where its DNS must point, `kind` is heroku or custom, `acm_status` of its certificate."""

    id: StrictStr
    hostname: Word = ""
    cname: Maybe[StrictStr] = None
    kind: Word = ""
    status: Word = ""
    app: Maybe[Named] = None
    acm_status: Maybe[StrictStr] = None
    acm_status_reason: Maybe[StrictStr] = None
    sni_endpoint: Maybe[Named] = None
    created_at: Time = None
    updated_at: Time = None


class Permission(Value):
    """What a collaborator may do."""

    name: Word = ""


class Collaborator(Value):
    """Somebody who works on an app; `role` may be missing."""

    id: StrictStr
    user: Maybe[Person] = None
    app: Maybe[Named] = None
    role: Maybe[StrictStr] = None
    permissions: Maybe[tuple[Permission, ...]] = None
    created_at: Time = None
    updated_at: Time = None


class Owner(Value):
    """Whose pipeline it is: `type` is team or user."""

    id: Maybe[StrictStr] = None
    type: Maybe[StrictStr] = None


class Pipeline(Value):
    """A pipeline: apps in stages, from review to production."""

    id: StrictStr
    name: Word = ""
    owner: Maybe[Owner] = None
    created_at: Time = None
    updated_at: Time = None
