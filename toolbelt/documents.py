"""Writes the documents that follow from the code: `python -m toolbelt.documents`.

`docs/settings.md` and the `env` of `app.json` are made from the settings class, so that the three agree,
`docs/heroku-api.md` from the table of Heroku's endpoints, `rules/dynohook.schema.json` and the tables of
`docs/rules.md` from the model of rule files and the actions, and those of `docs/library.md` from the rules that ship.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from core.settings import REQUIRED, Settings
from heroku import reference
from rules.files.schema import schema
from toolbelt.crew import HOME
from toolbelt.reference import library
from toolbelt.reference.making import PARTS
from toolbelt.reference.parts import renewed
from workers.actions import SPECS

SCHEMA = HOME / "rules" / "dynohook.schema.json"

# Set by the add-on or by the platform: nobody is asked for them.
SET_BY_HEROKU = ("redis_url", "heroku_app_id", "heroku_app_name", "heroku_parent_app_name")
GENERATED = {"webhook_secret": "secret", "console_password": "secret"}

HEAD = """\
# Settings

Each is an environment variable, read once when a process starts. On Heroku: `heroku config:set NAME=value`.
An empty one counts as not set. This page is made from `core/settings.py` by `python -m toolbelt.documents`.

| Name | Default | What it is for |
|---|---|---|
"""


def documents() -> dict[Path, str]:
    """Each document that follows from the code, and what should stand in it."""
    manifest = HOME / "app.json"
    return {
        HOME / "docs/settings.md": settings_page(),
        HOME / "docs/heroku-api.md": reference.markdown(),
        HOME / "docs/rules.md": renewed((HOME / "docs/rules.md").read_text(), PARTS),
        HOME / "docs/library.md": renewed((HOME / "docs/library.md").read_text(), library.PARTS),
        SCHEMA: schema_text(),
        manifest: with_env(manifest.read_text()),
    }


def stale() -> list[Path]:
    """Those that say something else than the code."""
    return [path for path, text in documents().items() if not path.exists() or path.read_text() != text]


def schema_text() -> str:
    """The JSON Schema of rule files, for editors."""
    return json.dumps(schema(SPECS), indent=2, ensure_ascii=False) + "\n"


def settings_page() -> str:
    return HEAD + "".join(
        f"| `{name.upper()}` | {default(name, field)} | {field.description} |\n" for name, field in fields().items()
    )


def default(name: str, field: FieldInfo) -> str:
    if name in REQUIRED:
        return "required"
    return "" if field.default is None else f"`{str(field.default).lower()}`"


def with_env(manifest: str) -> str:
    """The text of app.json with its `env` made anew."""
    content: dict[str, Any] = json.loads(manifest)
    content["env"] = {name.upper(): asked(name, field) for name, field in fields().items() if name not in SET_BY_HEROKU}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def asked(name: str, field: FieldInfo) -> dict[str, Any]:
    """How the Deploy button asks for a setting. Defaults stay in the code, so that they can change there."""
    if name in GENERATED:
        return {"description": field.description, "generator": GENERATED[name]}
    known = "" if field.default is None else f" Default {str(field.default).lower()}."
    return {"description": f"{field.description}{known}", "required": False}


def fields() -> Mapping[str, FieldInfo]:
    return Settings.model_fields


if __name__ == "__main__":
    for document in stale():
        document.write_text(documents()[document])
        print(f"wrote {document.relative_to(HOME)}")
