"""Groups of commands: help in whole sentences, and a hint for whoever typed something else than what there is."""

from collections.abc import Iterable

import click

LONGEST_LINE = 300  # characters that a command may need to say what it is for


class Group(click.Group):
    """Tells of each command in a whole sentence, on as many lines as that takes, and where options stand."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """In the order in which they are listed."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.lines(ctx)))

    def lines(self, ctx: click.Context) -> Iterable[tuple[str, str]]:
        """Each command and what it is for."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        return [(name, command.get_short_help_str(limit=LONGEST_LINE)) for name, command in commands if command]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """An option that only commands have is mostly one that stands before its command."""
        command = next((word for word in args if word in self.list_commands(ctx)), "COMMAND")
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            meant = f"{ctx.command_path} {command} {error.option_name}"
            says = f"No such option {error.option_name!r} here. Options stand behind the command: {meant}"
            raise click.UsageError(says, ctx) from error

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A command that does not exist is told with those that look like it."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(error.command_name, possibilities=self.list_commands(ctx), ctx=ctx) from error
