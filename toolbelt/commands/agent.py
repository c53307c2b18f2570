"""`bin/dynohook agent`: ask an agent of Heroku's from a terminal, and see what tools there are."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click
from pydantic import ValidationError

from core.answers import Answers
from core.hands import Hands
from core.records import UnknownFormat
from core.settings import SettingsError, read
from core.sightings import NotThere
from core.telling.transcripts import transcripts
from heroku.errors import HerokuError
from heroku.inference.asking import HerokuTool, HerokuToolParams, Message, Request
from heroku.inference.client import Inference
from heroku.inference.hearing import Transcript
from heroku.redacting import without_secrets
from toolbelt.agent_words import print_new, shown
from toolbelt.commands.common import No, as_json, connected, examples, print_json, print_table
from toolbelt.commands.groups import Group

FOLLOW_SECONDS = 0.5
LIST_SECONDS = 20.0


@click.group(cls=Group)
def agent() -> None:
    """Ask an agent of Heroku's Managed Inference, with INFERENCE_URL, INFERENCE_KEY and INFERENCE_MODEL_ID.

    Rules ask with the action `agent`; this is for trying a question out.
    """


@agent.command(
    epilog=examples(
        'bin/dynohook agent ask "What does H10 mean?"',
        'bin/dynohook agent ask "What day is it there?" --tool dyno_run_command --app acme-shop',
    )
)
@click.argument("question")
@click.option("--system", help="Who it is to be.")
@click.option("--tool", "tools", multiple=True, metavar="NAME", help="A tool of Heroku's that it may call; repeat it.")
@click.option("--app", help="The app on which its tools run.")
@click.option("--model", help="Another model than INFERENCE_MODEL_ID.")
@click.option("--within", default=120, show_default=True, type=click.IntRange(1, 3_600), help="Seconds it may take.")
@as_json
def ask(
    *,
    question: str,
    system: str | None,
    tools: Sequence[str],
    app: str | None,
    model: str | None,
    within: int,
    as_json: bool,
) -> None:
    """Ask QUESTION and print the answer as it comes, with the calls of tools and what these gave back.

    A tool runs on the app with the rights of the add-on: nothing asks you again. Ends with 1 if the answer broke off.
    """
    if tools and not app:
        raise click.UsageError("--tool needs --app: the app on which it runs")
    transcript = Transcript()
    with problems(transcript), inference() as (client, usual):
        asked = request(question, system=system, tools=tools, app=app or "", model=model or usual)
        asyncio.run(hear(client, asked, within, transcript, aloud=not as_json))
    if as_json:
        print_json(all_of(transcript))
    else:
        click.echo(f"\n{transcript.usage.total:,} tokens, {transcript.calls} calls of tools.", err=True)


@agent.command(epilog=examples("bin/dynohook agent servers", "bin/dynohook agent servers --json"))
@as_json
def servers(*, as_json: bool) -> None:
    """List the MCP servers that are registered with the model, and their tools: the names that rules may use."""
    with problems(), inference() as (client, _):
        found = asyncio.run(listed(client))
    if as_json:
        print_json(found)
    elif found:
        print_table(("SERVER", "STATUS", "TOOLS"), [row(server) for server in found])
    else:
        click.echo("No MCP server is registered.")


@agent.command(epilog=examples("bin/dynohook agent show 7f3a", "bin/dynohook agent show 7f3a --follow"))
@click.argument("run")
@click.option("--follow", is_flag=True, help="Go on until the agents of the run are done.")
@as_json
def show(*, run: str, follow: bool, as_json: bool) -> None:
    """Print what the agents of RUN said, what tools they called and what these gave back, so far."""
    with connected() as client:
        try:
            printed = 0
            while True:
                told = transcripts(Hands(client).run(run), Answers(client, worker=""))
                printed = printed if as_json else print_new(told, printed)
                if not follow or all(each.is_over for each in told):
                    break
                time.sleep(FOLLOW_SECONDS)
        except (NotThere, UnknownFormat) as error:
            raise No(str(error)) from error
    if as_json:
        print_json([{"step": each.name, "over": each.is_over, **each.transcript} for each in told])
    elif not told:
        click.echo("No agent was asked in this run.")


@contextmanager
def inference() -> Iterator[tuple[Inference, str]]:
    """The client of the environment's add-on, and its model. Used in one event loop."""
    chosen = read("inference_url", "inference_key")
    assert chosen.inference_url  # noqa: S101  `read` has seen to it
    assert chosen.inference_key  # noqa: S101
    key = chosen.inference_key.get_secret_value()
    yield Inference(key, base_url=chosen.inference_url, user_agent="dynohook"), chosen.inference_model_id or ""


@contextmanager
def problems(heard: Transcript | None = None) -> Iterator[None]:
    """What goes wrong ends the command in one line; a program gets what was heard before, too."""
    try:
        yield
    except (SettingsError, HerokuError) as error:
        raise No(str(error), **all_of(heard)) from error
    except TimeoutError as error:
        raise No("its time was up", **all_of(heard)) from error
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise No(told) from error
    except ValueError as error:
        raise No(f"INFERENCE_URL or INFERENCE_KEY: {error}") from error


def request(question: str, *, system: str | None, tools: Sequence[str], app: str, model: str) -> Request:
    first = [Message(role="system", content=system)] if system else []
    runs = [HerokuTool(name=name, runtime_params=HerokuToolParams(target_app_name=app)) for name in tools]
    return Request(model=model, messages=[*first, Message(role="user", content=question)], tools=runs or None)


def all_of(heard: Transcript | None) -> dict[str, Any]:
    """What was heard, for a program."""
    return {"answer": heard.answer, **heard.to_json()} if heard and heard.parts else {}


async def hear(client: Inference, asked: Request, within: int, transcript: Transcript, *, aloud: bool) -> None:
    try:
        async with asyncio.timeout(within):
            async for turn in client.ask(asked):
                transcript.add(turn, clean=without_secrets)
                for part in turn.parts if aloud else ():
                    click.echo(shown(part))
    finally:
        await client.close()


async def listed(client: Inference) -> list[Mapping[str, Any]]:
    try:
        async with asyncio.timeout(LIST_SECONDS):
            return await client.mcp_servers()
    finally:
        await client.close()


def row(server: Mapping[str, Any]) -> tuple[str, ...]:
    tools = [str(tool.get("name")) for tool in server.get("tools") or () if isinstance(tool, dict)]
    name = server.get("name") or server.get("id") or server.get("process_type") or ""
    return str(name), str(server.get("server_status") or server.get("status") or ""), ", ".join(tools)
