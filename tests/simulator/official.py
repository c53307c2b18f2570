"""Heroku's own machine-readable schema, where it lies beside this checkout, and what it has to say about an answer.

Its traps: hrefs carry url-encoded pointers, `strictProperties` is not JSON schema and not true of real answers, and a
host name is called a `uri`.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft4Validator, FormatChecker

DATA = Path(__file__).parents[3] / "shared" / "data"
# Fields that real answers have and the schema does not know, and those that not every real answer has.
BEYOND = {"release": {"slug.commit", "slug.commit_description"}}
LEFT_OUT = {
    "app": {"generation"},
    "build": {"generation"},
    "account": {"identity_provider", "sms_number", "country_of_residence", "default_organization", "default_team"},
    "add-on": {"provision_message"},
    "app_webhook": {"app"},
}
FORMATS = FormatChecker(formats=())
FORMATS.checks("uuid", raises=ValueError)(lambda value: not isinstance(value, str) or str(UUID(value)) == value)
FORMATS.checks("date-time", raises=ValueError)(
    lambda value: not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None
)
FORMATS.checks("email")(lambda value: not isinstance(value, str) or value.count("@") == 1)


def read(name: str) -> Any:
    """A document of Heroku's; the test is skipped where it is not there."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{name} of Heroku does not lie beside this checkout")
    return json.loads(path.read_text())


def blank(path: str) -> str:
    """A path with its places unnamed, to find it whatever they are called."""
    return re.sub(r"\{[^}]*\}", "{}", path)


class Official:
    """The schema, asked about answers by method and path."""

    def __init__(self, schema: Any) -> None:
        self.schema = schema
        self.links: dict[tuple[str, str], Any] = {}
        for definition in schema["definitions"].values():
            for link in definition.get("links", ()):
                self.links.setdefault((link["method"], blank(link["href"])), link)

    def about_answer(self, method: str, path: str, body: Any) -> list[str]:
        """Everything about the body of an answer that the link's target does not allow."""
        target = self.links[method, blank(path)]["targetSchema"]
        items = target.get("items")
        if items is None:
            return list(self._complaints(target, body))
        if not isinstance(body, list):
            return ["it is no list"]
        return [complaint for each in body for complaint in self._complaints(items, each)]

    def about_thing(self, kind: str, body: Any) -> list[str]:
        """Everything about the body that the definition of this kind of thing does not allow."""
        return list(self._complaints({"$ref": f"#/definitions/{kind}"}, body))

    def _complaints(self, node: Any, body: Any) -> Iterator[str]:
        document = {**node, "definitions": self.schema["definitions"]}
        for error in Draft4Validator(document, format_checker=FORMATS).iter_errors(body):
            yield f"{'.'.join(map(str, error.path)) or 'it'}: {error.message}"
        kind = node.get("$ref", "").rpartition("/")[2]
        properties = self._resolved(node).get("properties")
        if properties is not None:
            yield from (f"{name} is missing" for name in properties.keys() - body.keys() - LEFT_OUT.get(kind, set()))
            yield from self._unknown(properties, body, BEYOND.get(kind, set()), "")

    def _unknown(self, properties: Any, body: Any, beyond: set[str], prefix: str) -> Iterator[str]:
        for name, value in body.items():
            path = f"{prefix}{name}"
            if name not in properties:
                if path not in beyond:
                    yield f"{path} is not in the schema"
                continue
            node = self._resolved(properties[name])
            if isinstance(value, dict) and "properties" in node:
                yield from self._unknown(node["properties"], value, beyond, f"{path}.")

    def _resolved(self, node: Any) -> Any:
        while "$ref" in node:
            target = self.schema
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node
