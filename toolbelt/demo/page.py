"""How the demo's text is set: plain, two indents, who in one column and what in another."""

import textwrap
import time
from collections.abc import Callable, Sequence

import click

from toolbelt.demo.happenings import Happening

WIDTH = 100  # columns
MARGIN = 3  # columns left of everything but headings
Print = Callable[[str], None]


class Page:
    """Where the story is told. The clock of a chapter starts at its heading."""

    def __init__(self, echo: Print = click.echo) -> None:
        self._print = echo
        self._began = time.monotonic()

    def heading(self, text: str) -> None:
        self._began = time.monotonic()
        self._print(f"\n{text}\n{'=' * len(text)}")

    def paragraph(self, text: str) -> None:
        margin = " " * MARGIN
        self._print(f"\n{textwrap.fill(text, WIDTH, initial_indent=margin, subsequent_indent=margin)}\n")

    def table(self, rows: Sequence[tuple[str, str]]) -> None:
        widest = max(len(name) for name, _ in rows)
        for name, text in rows:
            self._hang(f"{' ' * MARGIN}{name:<{widest}}   ", text)

    def tell(self, happening: Happening) -> None:
        self._hang(f"{time.monotonic() - self._began:6.1f} s  {happening.who:<11}", happening.what)

    def lines(self, *lines: str) -> None:
        """Exactly as given: what a person may want to copy."""
        for line in lines:
            self._print(line)

    def aside(self, name: str, line: str) -> None:
        """What a process wrote."""
        self._print(f"{name:>16} | {line}")

    def _hang(self, head: str, text: str) -> None:
        self._print(
            textwrap.fill(
                text, WIDTH, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False,
                break_long_words=False,
            )
        )  # fmt: skip
