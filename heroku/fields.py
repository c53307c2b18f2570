"""What is known of the events that Heroku sends: which actions each entity has, and which fields its `data` carries.

Heroku may add fields, values and actions at any time, and old deliveries lack new ones: what is not in this table is
worth a word to whoever wrote it, never a reason to refuse it.

https://devcenter.heroku.com/articles/webhook-events · https://devcenter.heroku.com/articles/platform-api-reference
"""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple, TypeAlias, Union

Kind = Literal["text", "number", "true or false", "time", "list", "mapping"]


class Field(NamedTuple):
    """What stands in a field when it is there at all; `values` are the only texts that Heroku documents, if it does.

    `open`: what is inside is different each time (names of process types, items of a list), and so not in the table.
    """

    kind: Kind
    values: tuple[str, ...] = ()
    open: bool = False


_Tree: TypeAlias = Mapping[str, Union[Field, "_Tree"]]

TEXT: Final = Field("text")
NUMBER: Final = Field("number")
BOOLEAN: Final = Field("true or false")
TIME: Final = Field("time")
MAPPING: Final = Field("mapping")
LIST: Final = Field("list", open=True)
ANYTHING: Final = Field("mapping", open=True)


def _one_of(*values: str) -> Field:
    return Field("text", values)


_NAMED: Final[_Tree] = {"id": TEXT, "name": TEXT}
_PERSON: Final[_Tree] = {"id": TEXT, "email": TEXT}
_EVERY: Final[_Tree] = {"id": TEXT, "created_at": TIME, "updated_at": TIME}
_OF_AN_APP: Final[_Tree] = {**_EVERY, "app": _NAMED}

_DYNO: Final[_Tree] = {
    **_OF_AN_APP,
    "name": TEXT,
    "type": TEXT,
    "size": TEXT,
    "command": TEXT,
    "attach_url": TEXT,
    "release": {"id": TEXT, "version": NUMBER},
}

_DATA: Final[Mapping[str, _Tree]] = {
    "api:addon": {
        **_OF_AN_APP,
        "name": TEXT,
        "state": _one_of("provisioning", "provisioned", "deprovisioned"),
        "addon_service": _NAMED,
        "plan": _NAMED,
        "provider_id": TEXT,
        "provision_message": TEXT,
        "config_vars": LIST,
        "actions": LIST,
        "web_url": TEXT,
        "billed_price": {"cents": NUMBER, "contract": BOOLEAN, "unit": TEXT},
        "billing_entity": {"id": TEXT, "name": TEXT, "type": _one_of("app", "team")},
    },
    "api:addon-attachment": {
        **_OF_AN_APP,
        "name": TEXT,
        "namespace": TEXT,
        "addon": {"id": TEXT, "name": TEXT, "app": _NAMED},
        "web_url": TEXT,
        "log_input_url": TEXT,
    },
    "api:app": {  # the only one without an `app` inside: it is one
        **_EVERY,
        "name": TEXT,
        "maintenance": BOOLEAN,
        "acm": BOOLEAN,
        "internal_routing": BOOLEAN,
        "owner": _PERSON,
        "team": _NAMED,
        "organization": _NAMED,
        "space": {"id": TEXT, "name": TEXT, "shield": BOOLEAN},
        "region": _NAMED,
        "stack": _NAMED,
        "build_stack": _NAMED,
        "generation": _NAMED,
        "buildpack_provided_description": TEXT,
        "git_url": TEXT,
        "web_url": TEXT,
        "repo_size": NUMBER,
        "slug_size": NUMBER,
        "released_at": TIME,
        "archived_at": TIME,
    },
    "api:build": {
        **_OF_AN_APP,
        "status": _one_of("pending", "succeeded", "failed"),
        "user": _PERSON,
        "stack": TEXT,
        "generation": TEXT,
        "slug": {"id": TEXT},
        "release": {"id": TEXT},
        "buildpacks": LIST,
        "source_blob": {"url": TEXT, "version": TEXT, "checksum": TEXT, "version_description": TEXT},
        "output_stream_url": TEXT,
    },
    "api:collaborator": {
        **_OF_AN_APP,
        "user": {"id": TEXT, "email": TEXT, "federated": BOOLEAN},
        "role": _one_of("admin", "collaborator", "member", "owner"),
        "permissions": LIST,
    },
    "api:domain": {
        **_OF_AN_APP,
        "hostname": TEXT,
        "cname": TEXT,
        "kind": _one_of("heroku", "custom"),
        "status": TEXT,
        "acm_status": TEXT,
        "acm_status_reason": TEXT,
        "sni_endpoint": _NAMED,
    },
    "api:dyno": {**_DYNO, "state": _one_of("starting", "up")},
    "api:formation": {
        **_OF_AN_APP,
        "type": TEXT,
        "quantity": NUMBER,
        "size": TEXT,
        "command": TEXT,
        "dyno_size": _NAMED,
    },
    "api:release": {
        **_OF_AN_APP,
        "version": NUMBER,
        "status": _one_of("pending", "succeeded", "failed", "expired"),
        "current": BOOLEAN,
        "description": TEXT,
        "user": _PERSON,
        "slug": {"id": TEXT, "commit": TEXT, "commit_description": TEXT},
        "stack": TEXT,
        "pstable": ANYTHING,
        "artifacts": LIST,
        "addon_plan_names": LIST,
        "eligible_for_rollback": BOOLEAN,
        "output_stream_url": TEXT,
    },
    "api:sni-endpoint": {
        **_OF_AN_APP,
        "name": TEXT,
        "display_name": TEXT,
        "cname": TEXT,
        "domains": LIST,
        "certificate_chain": TEXT,
        "ssl_cert": ANYTHING,
    },
    "dyno": {
        **_DYNO,
        "state": _one_of("starting", "up", "idle", "down", "crashed"),
        "management": TEXT,
        "exit_status": NUMBER,
    },
}

SENT: Final[Mapping[str, tuple[str, ...]]] = {
    "api:addon": ("create", "update", "destroy"),
    "api:addon-attachment": ("create", "update", "destroy"),
    "api:app": ("create", "update", "destroy"),
    "api:build": ("create", "update"),
    "api:collaborator": ("create", "update", "destroy"),
    "api:domain": ("create", "update", "destroy"),
    "api:dyno": ("create",),
    "api:formation": ("update", "destroy"),
    "api:release": ("create", "update"),
    "api:sni-endpoint": ("create", "update", "destroy"),
    "dyno": ("create", "update", "destroy"),
}
"""Entity → the actions with which it comes. A new process type is an update of the formation, too."""

CRASH: Final = ("dyno", "destroy", "crashed")
"""The entity, the action and the `data.state` by which Heroku tells of a crash; `api:dyno` never does."""


def _flat(tree: _Tree, before: str = "") -> Iterator[tuple[str, Field]]:
    for name, inner in tree.items():
        path = f"{before}{name}"
        if isinstance(inner, Field):
            yield path, inner
        else:
            yield path, MAPPING
            yield from _flat(inner, f"{path}.")


def _event(include: str, data: _Tree) -> _Tree:
    return {
        "id": TEXT,
        "include": _one_of(include),
        "resource": _one_of(include.removeprefix("api:")),
        "action": _one_of(*SENT[include]),
        "version": TEXT,
        "actor": _PERSON,
        "app": _NAMED,
        "data": data,
        "created_at": TIME,
        "updated_at": TIME,
    }


FIELDS: Final[Mapping[str, Mapping[str, Field]]] = {
    include: dict(_flat(_event(include, data))) for include, data in _DATA.items()
}
"""Entity → dotted path into an event as it is read → what stands there."""


def field_at(include: str, path: str) -> Field | None:
    """What stands at `path` in an event of that entity, or None if nothing is known to."""
    known = FIELDS[include]
    if path in known:
        return known[path]
    parents = (path.rsplit(".", depth)[0] for depth in range(1, path.count(".") + 1))
    return next((known[parent] for parent in parents if parent in known and known[parent].open), None)
