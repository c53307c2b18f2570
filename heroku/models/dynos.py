"""What runs: dynos, the formation that they follow, and their logs.

https://devcenter.heroku.com/articles/platform-api-reference#dyno
"""

from pydantic import SecretStr, StrictInt, StrictStr

from heroku.models.base import Link, Maybe, Named, Time, Value, Word
from heroku.models.releases import ReleaseRef


class Dyno(Value):
    """A dyno: `state` is starting, up, crashed, down or idle; `release` is what it runs.

    `attach_url` is there only for a one-off dyno that was started to be attached to, and lets anybody do so.
    """

    id: StrictStr
    name: Word = ""
    type: Word = ""
    state: Word = ""
    command: Maybe[StrictStr] = None
    size: Maybe[StrictStr] = None
    release: Maybe[ReleaseRef] = None
    app: Maybe[Named] = None
    attach_url: Link = None
    created_at: Time = None
    updated_at: Time = None


class Formation(Value):
    """How many dynos of a process type should run, and of what size; `quantity` counts dynos."""

    id: StrictStr
    type: StrictStr
    quantity: StrictInt
    size: Maybe[StrictStr] = None
    command: Maybe[StrictStr] = None
    app: Maybe[Named] = None
    created_at: Time = None
    updated_at: Time = None


class LogSession(Value):
    """A look at the logs: `logplex_url` gives them for five minutes to whoever has the link.

    The link leads to another host than the API's: it needs no token, and none may be sent there.
    """

    id: StrictStr
    logplex_url: SecretStr
    created_at: Time = None
    updated_at: Time = None
