"""What can be asked of Heroku: the bodies of calls as models, so that a mistake is found before anything is sent.

Strict, as a body that Heroku would read otherwise than it was meant is worse than an error. What a caller does not
give is not sent. https://devcenter.heroku.com/articles/platform-api-reference
"""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

MOST_DYNO_SECONDS = 24 * 60 * 60  # a one-off dyno ends after a day at the latest
MOST_LOG_LINES = 1_500  # Heroku keeps no more
SECRET_CHARACTERS = 4  # what is shorter keeps no secret, and taking it out would leave nothing of a message


class Request(BaseModel):
    """The body of a call, or its query."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    def content(self) -> dict[str, Any]:
        """What is sent: that which was given and nothing else."""
        return self.model_dump(exclude_unset=True)

    def secrets(self) -> Iterator[str]:
        """The texts in those fields that do not show, so that an answer that quotes them can be cleaned."""
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if not field.repr:
                yield from _texts(value)
            elif isinstance(value, Request):
                yield from value.secrets()


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        # Of a signed link, what makes it one may be quoted by itself.
        parts = re.split(r"[?&=#]", value.partition("?")[2]) if "://" in value else ()
        yield from (text for text in (value, *parts) if len(text) >= SECRET_CHARACTERS)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)


class Nothing(Request):
    """No body at all."""


class Change(Request):
    """A body whose fields are all optional, of which one at least must be given."""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError(f"give at least one of {', '.join(type(self).model_fields)}")
        return self


def _an_id(text: str) -> str:
    if re.fullmatch(r"v?[0-9]+", text):
        raise ValueError("it must be the release's id, not its version: look it up with `get_release`")
    return text


Text = Annotated[str, Field(min_length=1)]
AppName = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9-]{1,28}[a-z0-9]$", description="3 to 30 of a-z, 0-9 and -, a letter first")
]
KeyName = Annotated[str, Field(pattern=r"^\w+$")]
ProcessType = Annotated[str, Field(pattern=r"^[-\w]{1,128}$", description="as in the Procfile: web, worker …")]
Quantity = Annotated[int, Field(ge=0, description="how many dynos")]
WebUrl = Annotated[str, Field(pattern=r"^https?://[^\s/]\S*$")]
Hidden = Field(repr=False)


class CreateApp(Request):
    """https://devcenter.heroku.com/articles/platform-api-reference#app-create"""

    name: AppName | None = None
    region: Annotated[Text | None, Field(description="id or name: eu, us …")] = None
    stack: Annotated[Text | None, Field(description="id or name: heroku-24 …")] = None
    feature_flags: list[Text] | None = None


class UpdateApp(Change):
    """https://devcenter.heroku.com/articles/platform-api-reference#app-update"""

    name: AppName | None = None
    maintenance: Annotated[bool | None, Field(description="whether visitors see the maintenance page")] = None
    build_stack: Annotated[Text | None, Field(description="id or name of the stack of coming builds")] = None


class RunDyno(Request):
    """https://devcenter.heroku.com/articles/platform-api-reference#dyno-create"""

    command: Text
    type: ProcessType | None = None
    size: Annotated[Text | None, Field(description="basic, standard-1X …")] = None
    env: Annotated[dict[KeyName, str] | None, Hidden] = None
    attach: Annotated[bool | None, Field(description="whether its output can be read at `attach_url`")] = None
    force_no_tty: bool | None = None
    time_to_live: Annotated[
        int | None, Field(ge=1, le=MOST_DYNO_SECONDS, description="seconds until it is stopped")
    ] = None


class DynoSize(Change):
    """A size of dynos, by id or name."""

    id: Text | None = None
    name: Annotated[Text | None, Field(description="basic, standard-1X …")] = None


class UpdateFormation(Change):
    """https://devcenter.heroku.com/articles/platform-api-reference#formation-update"""

    quantity: Quantity | None = None
    dyno_size: DynoSize | None = None


class FormationChange(Request):
    """One process type in a change of several."""

    type: ProcessType
    quantity: Quantity | None = None
    dyno_size: DynoSize | None = None


class BatchUpdateFormation(Request):
    """https://devcenter.heroku.com/articles/platform-api-reference#formation-batch-update"""

    updates: Annotated[list[FormationChange], Field(min_length=1)]


class UpdateConfigVars(Request):
    """https://devcenter.heroku.com/articles/platform-api-reference#config-vars-update"""

    changes: Annotated[
        dict[KeyName, str | None],
        Field(min_length=1, repr=False, description="values by name; null takes a variable away"),
    ]

    def content(self) -> dict[str, Any]:
        """The variables themselves are the body."""
        return dict(self.changes)


class Rollback(Request):
    """https://devcenter.heroku.com/articles/platform-api-reference#release-rollback"""

    release: Annotated[Text, AfterValidator(_an_id), Field(description="the id of the release to go back to")]


class ReleaseSlug(Request):
    """https://devcenter.heroku.com/articles/platform-api-reference#release-create"""

    slug: Annotated[Text, Field(description="the id of the slug")]
    description: str | None = None


class SourceBlob(Request):
    """Where a build finds its code; the link is often signed, and so a key in itself."""

    url: Annotated[WebUrl, Hidden]
    checksum: str | None = None
    version: Annotated[str | None, Field(description="a commit, mostly")] = None
    version_description: str | None = None


class Buildpack(Change):
    """A buildpack, by address or name."""

    url: Text | None = None
    name: Text | None = None


class CreateBuild(Request):
    """https://devcenter.heroku.com/articles/platform-api-reference#build-create"""

    source_blob: SourceBlob
    buildpacks: list[Buildpack] | None = None


class Attachment(Request):
    """How an add-on is attached: the prefix of its config vars."""

    name: Text


class CreateAddOn(Request):
    """https://devcenter.heroku.com/articles/platform-api-reference#add-on-create"""

    plan: Annotated[Text, Field(description="id or name: heroku-redis:mini …")]
    name: Annotated[str | None, Field(pattern=r"^[a-zA-Z][A-Za-z0-9_-]+$")] = None
    attachment: Attachment | None = None
    config: Annotated[dict[KeyName, str] | None, Hidden] = None
    confirm: Annotated[Text | None, Field(description="the app's name, where Heroku asked for it")] = None


class CreateDomain(Request):
    """https://devcenter.heroku.com/articles/platform-api-reference#domain-create"""

    hostname: Annotated[str, Field(pattern=r"^[^\s/:]+$")]
    sni_endpoint: Annotated[Text | None, Field(description="id or name of the certificate's endpoint, or null")]


class CreateCollaborator(Request):
    """https://devcenter.heroku.com/articles/platform-api-reference#collaborator-create"""

    user: Annotated[Text, Field(description="e-mail address or id")]
    silent: Annotated[bool | None, Field(description="whether no e-mail is sent")] = None


class PipelineOwner(Request):
    """Whose pipeline it is."""

    id: Text
    type: Literal["team", "user"]


class CreatePipeline(Request):
    """https://devcenter.heroku.com/articles/platform-api-reference#pipeline-create"""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{2,29}$")]
    owner: PipelineOwner | None = None


class CreateLogSession(Request):
    """https://devcenter.heroku.com/articles/platform-api-reference#log-session-create"""

    lines: Annotated[int | None, Field(ge=1, le=MOST_LOG_LINES, description="how many lines from before")] = None
    tail: Annotated[bool | None, Field(description="whether to go on with what comes")] = None
    dyno_name: Annotated[Text | None, Field(description="of this dyno only: web.1")] = None
    type: Annotated[Text | None, Field(description="of this process type only")] = None
    source: Annotated[Text | None, Field(description="app or heroku only")] = None


class CreateWebhook(Request):
    """https://devcenter.heroku.com/articles/platform-api-reference#app-webhook-create"""

    include: Annotated[list[Text], Field(min_length=1, description="entities: api:release, dyno …")]
    level: Annotated[Literal["notify", "sync"], Field(description="notify tries once, sync for 72 hours")]
    url: WebUrl
    secret: Annotated[Text | None, Hidden] = None
    authorization: Annotated[Text | None, Hidden] = None


class UpdateWebhook(Change):
    """https://devcenter.heroku.com/articles/platform-api-reference#app-webhook-update"""

    include: Annotated[list[Text] | None, Field(min_length=1)] = None
    level: Literal["notify", "sync"] | None = None
    url: WebUrl | None = None
    secret: Annotated[Text | None, Hidden] = None
    authorization: Annotated[Text | None, Hidden] = None


class WebhookDeliveriesFilter(Request):
    """https://devcenter.heroku.com/articles/platform-api-reference#app-webhook-delivery-list"""

    status: Annotated[Text | None, Field(description="pending, scheduled, retrying, failed, succeeded, skipped")] = None

    def content(self) -> dict[str, Any]:
        """The query, in Heroku's spelling."""
        return {"eq[status]": self.status} if self.status else {}


class CreateAuthorization(Request):
    """https://devcenter.heroku.com/articles/platform-api-reference#oauth-authorization-create"""

    scope: Annotated[list[Text], Field(min_length=1, description="global, identity, read …")]
    description: str | None = None
    expires_in: Annotated[int | None, Field(ge=1, description="seconds; without it the token does not end")] = None
    client: Annotated[Text | None, Field(description="the id of an OAuth client")] = None
