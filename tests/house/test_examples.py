"""What the documents tell people to type exists, with its options, and their links lead somewhere."""

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from toolbelt.cli import main
from toolbelt.crew import HOME
from toolbelt.reference.parts import anchors

DOCUMENTS = [*sorted(HOME.glob("*.md")), *sorted((HOME / "docs").glob("*.md"))]
NAMES = [str(path.relative_to(HOME)) for path in DOCUMENTS]


def blocks(language: str) -> Iterator[tuple[str, str]]:
    for path, name in zip(DOCUMENTS, NAMES, strict=True):
        for number, text in enumerate(
            re.findall(rf"^```{language}\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)
        ):
            yield f"{name} {number}", text


COMMANDS = {
    line.removeprefix("$ bin/dynohook "): line
    for _, text in blocks("console")
    for line in text.splitlines()
    if line.startswith("$ bin/dynohook ")
}


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_in_a_document_exists_with_its_options(words: str) -> None:
    command: click.Command = main
    rest = shlex.split(words)
    context = click.Context(main)
    while isinstance(command, click.Group):
        found = command.get_command(context, rest.pop(0))
        assert found is not None, words
        command, context = found, click.Context(found, parent=context)
    command.make_parser(context).parse_args(rest)


def test_there_are_examples() -> None:
    assert len(COMMANDS) >= 10


@pytest.mark.parametrize("name", NAMES)
def test_every_link_to_a_file_leads_to_one(name: str) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", (HOME / name).read_text())
    assert [target for target in targets if not ((HOME / name).parent / target).exists()] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_script_that_a_document_names_exists(name: str) -> None:
    scripts = set(re.findall(r"(?<![\w/])bin/[a-z]+", (HOME / name).read_text()))
    assert sorted(script for script in scripts if not (HOME / script).exists()) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_link_into_a_page_leads_to_a_heading(name: str) -> None:
    links = re.findall(r"\]\(([^)#:]*)#([^)]+)\)", (HOME / name).read_text())
    pages = {target: ((HOME / name).parent / target if target else HOME / name).read_text() for target, _ in links}
    assert [f"{target}#{part}" for target, part in links if part not in anchors(pages[target])] == []
