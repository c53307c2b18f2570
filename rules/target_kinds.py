"""The kinds of targets, each with what it takes. What could be a secret is the name of an environment variable."""

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from rules.values import Duration, Model, refused

VARIABLE: Final = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_MAILBOX = re.compile(r"[^@\s,<>]+@[^@\s,<>]+")


def _variable(value: object) -> object:
    if isinstance(value, str) and VARIABLE.fullmatch(value):
        return value
    raise refused(
        "must name an environment variable, like $OPS_WEBHOOK_URL, and not hold the address itself:"
        " set the address as a config var and write the var's name here"
    )


def _true(value: object) -> object:
    if value is not True:
        raise refused("must be true")
    return value


def _mailbox(value: str) -> str:
    if VARIABLE.fullmatch(value) or _MAILBOX.fullmatch(value):
        return value
    raise refused("must be an address like ops@acme.example, or name an environment variable")


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


Variable = Annotated[
    str, BeforeValidator(_variable), WithJsonSchema({"type": "string", "pattern": f"^{VARIABLE.pattern}$"})
]
True_ = Annotated[bool, BeforeValidator(_true), WithJsonSchema({"const": True})]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
Mailboxes = Annotated[
    list[Mailbox],
    BeforeValidator(_several),
    Field(min_length=1, max_length=20),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]


class Log(Model):
    """The service's own log."""

    log: Annotated[True_, Field(description="true: each message is a line of the service's log.")]


class _Sent(Model):
    """What all take that leave this machine."""

    wait: Annotated[
        Duration | None, Field(description="How long a message waits for others to go with it; default 3s.")
    ] = None
    every: Annotated[Duration | None, Field(description="How far apart two messages are at least; default 15s.")] = None


class Slack(_Sent):
    """A channel of Slack."""

    slack: Annotated[Variable, Field(description="The variable with the address of an incoming webhook.")]


class Discord(_Sent):
    """A channel of Discord."""

    discord: Annotated[Variable, Field(description="The variable with the address of the channel's webhook.")]


class Teams(_Sent):
    """A channel or chat of Microsoft Teams."""

    teams: Annotated[Variable, Field(description="The variable with the address of a workflow's webhook.")]


class PagerDuty(_Sent):
    """A service of PagerDuty."""

    pagerduty: Annotated[
        Variable,
        Field(description="The variable with the routing key, or with https://KEY@events.eu.pagerduty.com."),
    ]
    severity: Annotated[
        Literal["critical", "error", "warning", "info"],
        Field(description="How bad its incidents are; default error."),
    ] = "error"


class Email(_Sent):
    """Mailboxes, over SMTP."""

    email: Annotated[
        Variable,
        Field(description="The variable with smtps://user:password@host:465, or smtp://…:587 for STARTTLS."),
    ]
    from_: Annotated[Mailbox, Field(alias="from", description="Who sends: an address, or a variable with one.")]
    to: Annotated[Mailboxes, Field(description="Who gets it: an address, or a variable with one; or several.")]


class Webhook(_Sent):
    """A webhook of the team's own."""

    webhook: Annotated[Variable, Field(description="The variable with its address.")]
    secret: Annotated[
        Variable | None,
        Field(description="The variable with the secret, whsec_…, that signs what is sent (Standard Webhooks)."),
    ] = None


class Apprise(_Sent):
    """Whatever the package apprise reaches, which is to be installed besides."""

    apprise: Annotated[Variable, Field(description="The variable with an address of apprise's.")]


KINDS: Final[Mapping[str, type[Model]]] = {
    "log": Log,
    "slack": Slack,
    "discord": Discord,
    "teams": Teams,
    "pagerduty": PagerDuty,
    "email": Email,
    "webhook": Webhook,
    "apprise": Apprise,
}
