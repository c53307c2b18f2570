"""Releases, and the builds that make them.

https://devcenter.heroku.com/articles/platform-api-reference#release
"""

from pydantic import StrictBool, StrictInt, StrictStr

from heroku.models.base import Flag, Link, Maybe, Named, Person, Time, Value, Word


class SlugRef(Value):
    """The code of a release. Apps made of containers have none."""

    id: StrictStr
    commit: Maybe[StrictStr] = None


class ReleaseRef(Value):
    """The release that a build made, or that a dyno runs."""

    id: StrictStr
    version: Maybe[StrictInt] = None


class Source(Value):
    """What a build was made of. Its address is signed and of no use afterwards, and so not kept."""

    version: Maybe[StrictStr] = None


class Release(Value):
    """A release: `status` is pending, succeeded, failed or expired, and at most one of an app is `current`."""

    id: StrictStr
    version: StrictInt
    status: Word = ""
    current: Flag = False
    description: Maybe[StrictStr] = None
    slug: Maybe[SlugRef] = None
    eligible_for_rollback: Maybe[StrictBool] = None
    user: Maybe[Person] = None
    app: Maybe[Named] = None
    created_at: Time = None
    updated_at: Time = None


class Build(Value):
    """A build: `status` is pending, succeeded or failed; slug and release come when it is done.

    `output_stream_url` gives what it prints, for 24 hours, to whoever has the link.
    """

    id: StrictStr
    status: Word = ""
    app: Maybe[Named] = None
    user: Maybe[Person] = None
    stack: Maybe[StrictStr] = None
    slug: Maybe[SlugRef] = None
    release: Maybe[ReleaseRef] = None
    source_blob: Maybe[Source] = None
    output_stream_url: Link = None
    created_at: Time = None
    updated_at: Time = None
