"""`bin/dynohook rules schema`: the JSON Schema of rule files, for editors."""

import click

from toolbelt.commands.common import examples
from toolbelt.documents import schema_text


@click.command(epilog=examples("bin/dynohook rules schema > dynohook.schema.json"))
def schema() -> None:
    """Print the JSON Schema of rule files, by which an editor completes and checks them while one types.

    Editors with the YAML language server read it from the first line of a rule file:
    `# yaml-language-server: $schema=dynohook.schema.json`. What it cannot know, `rules check` tells.
    """
    click.echo(schema_text(), nl=False)
