"""The page that says what can be called, made from the table of endpoints."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from heroku.access import GROUPS
from heroku.endpoint import Endpoint
from heroku.endpoints import BESIDES, PUBLIC, TABLE
from heroku.requests import Nothing, Request
from heroku.scopes import ENOUGH

HEAD = """\
# Heroku's API

What the client can call, and what each call needs. This page is made from `heroku/endpoints.py` by
`python -m toolbelt.documents`; how to use the client stands in [client.md](client.md).

- **Level** is what a grant must reach in the group: read < write < full. `full` is for what destroys or escalates.
  A grant names apps too: a call with `{app}` in its path reaches only those, and other calls on apps need `*`.
- **Scope** is the least that an OAuth token must have; the next table says which others include it.
- **Again** says whether a call that got no answer may be made again. If not, `Unknown` is raised, and somebody must
  look at what is there first.
- **Webhook** is the entity whose deliveries tell of the effect.

| Scope asked for | also allowed by |
|---|---|
"""

Schema = Mapping[str, Any]
KINDS = {"string": "text", "integer": "number", "boolean": "true or false", "object": "texts by name"}
TITLES = {
    "apps": "Apps and webhooks",
    "dynos": "Dynos",
    "formation": "Formation",
    "config-vars": "Config vars",
    "releases": "Releases",
    "builds": "Builds",
    "add-ons": "Add-ons",
    "domains": "Domains",
    "collaborators": "Collaborators",
    "pipelines": "Pipelines",
    "logs": "Logs",
    "account": "Account and limits",
}


def markdown() -> str:
    """The whole page."""
    scopes = "".join(f"| `{scope}` | {_codes(sorted(enough - {scope}))} |\n" for scope, enough in ENOUGH.items())
    return HEAD + scopes + _counted() + "".join("".join(_section(group)) for group in GROUPS)


def _codes(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _counted() -> str:
    links = {(endpoint.method, endpoint.path) for endpoint in PUBLIC}
    reads = sum(method == "GET" for method, _ in links)
    return (
        f"\n{len(links)} endpoints in {len(GROUPS)} groups, {reads} that read and {len(links) - reads} that write;\n"
        f"creating a release is two of the client's. Marked with ° are {len(BESIDES)} more, for a service that hears\n"
        "webhooks. Heroku counts all of them as production.\n"
    )


def _section(group: str) -> Iterator[str]:
    entries = [endpoint for endpoint in TABLE if endpoint.group == group]
    yield f"\n## {TITLES[group]} (`{group}`)\n\n"
    yield "| Name | Request | Level | Scope | Answer | Again | Webhook |\n|---|---|---|---|---|---|---|\n"
    yield from map(_row, entries)
    for endpoint in entries:
        if endpoint.takes is not Nothing:
            yield f"\n`{endpoint.name}` takes:\n\n"
            yield from _parameters(endpoint.takes)


def _row(endpoint: Endpoint) -> str:
    mark = " °" if endpoint in BESIDES else ""
    answer = endpoint.gives.__name__ if endpoint.gives.model_fields else "nothing"
    cells = (
        f"`{endpoint.name}`{mark}",
        f"`{endpoint.method} {endpoint.path}`",
        endpoint.level.word,
        endpoint.scope,
        f"{endpoint.success} {'list of ' if endpoint.many else ''}{answer}",
        "yes" if endpoint.repeatable else "no",
        f"`{endpoint.include}`" if endpoint.include else "",
    )
    return f"| {' | '.join(cells)} |\n"


def _parameters(takes: type[Request]) -> Iterator[str]:
    schema = takes.model_json_schema()
    for name, field in schema["properties"].items():
        needed = "" if name in schema.get("required", ()) else ", optional"
        about = f": {_about(field)}" if _about(field) else ""
        yield f"- `{name}`, {_kind(field, schema.get('$defs', {}))}{needed}{about}\n"


def _about(field: Schema) -> str:
    """What is said of a parameter, or of the kind of value that it is."""
    inner = (each.get("description", "") for each in field.get("anyOf", ()))
    return str(field.get("description") or next(filter(None, inner), ""))


def _kind(field: Schema, models: Mapping[str, Schema]) -> str:
    """The kind of value in a word or two; that null may be sent is said where it means something."""
    match field:
        case {"anyOf": choices}:
            return " or ".join(_kind(each, models) for each in choices if each.get("type") != "null")
        case {"enum": words}:
            return " or ".join(f"`{word}`" for word in words)
        case {"$ref": path}:
            inside = models[path.rpartition("/")[2]]
            return f"object of {', '.join(f'`{name}`' for name in inside['properties'])}"
        case {"type": "array", "items": items}:
            return f"list of {_kind(items, models)}"
    return KINDS[field["type"]]
