"""The command line: `bin/dynohook`. Each subject is a file in `commands/`, loaded only when it is asked for."""

from importlib import import_module

import click

from core.version import VERSION
from toolbelt.commands.groups import Group

# What a person types → the file under commands/ that has it, under the same name, and its line in the help.
COMMANDS: dict[str, tuple[str, str]] = {
    "status": ("status", "What runs, what waits, what is stopped."),
    "doctor": ("doctor", "What is set up wrong, and what to do about it."),
    "events": ("events", "What Heroku sent, and what was decided about it."),
    "runs": ("runs", "What was done about it, and what waits for an approval."),
    "audit": ("auditing", "Every call to Heroku's API, made or denied."),
    "history": ("history", "What people did here, and why."),
    "pause": ("pausing", "Stop acting: deliveries are kept, nothing is decided or done."),
    "resume": ("pausing", "Go on after a pause."),
    "silence": ("silences", "Have rules do nothing about some apps for a while."),
    "breaker": ("breakers", "Rules that were stopped because they fired too often."),
    "rules": ("rules", "Check, test, explain and list the rules; what they would have done."),
    "authorize": ("authorizing", "Let Dynohook into a Heroku account by OAuth."),
    "subscribe": ("subscribing", "Have Heroku tell us of apps, or mend how it does."),
    "subscriptions": ("subscribing", "Which apps Heroku tells us of, and what that lacks."),
    "unsubscribe": ("subscribing", "Hear nothing of an app any more."),
    "agent": ("agent", "Ask an agent of Heroku's, and list the tools there are."),
    "send": ("sending", "Sign a sample delivery and send it."),
}


class Lazy(Group):
    """A group that imports a command only when it is used, so that help is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"toolbelt.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def lines(self, ctx: click.Context) -> list[tuple[str, str]]:  # noqa: ARG002
        """Without importing any."""
        return [(name, line) for name, (_, line) in COMMANDS.items()]


@click.group(
    cls=Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Ends with 0 if all is well, 1 if the answer is no, 2 if it was called wrongly, 3 if Redis cannot be "
    "reached. Every command has --help with examples, and --json for programs.",
)
@click.version_option(VERSION, prog_name="Dynohook", help="Show which version this is, and exit.")
def main() -> None:
    """Look at Dynohook and lay hands on it.

    Reads the same environment as the service: here at least REDIS_URL; on Heroku everything is set already, so
    `heroku run bin/dynohook status` just works.
    """


if __name__ == "__main__":
    main(prog_name="bin/dynohook")
