"""`bin/dynohook send`: a delivery as Heroku would send it, signed with our secret."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import click
import httpx2

from core.settings import SettingsError, read
from heroku import samples, signature
from toolbelt.commands.common import No, as_json, examples, print_json

USUAL_PORT = "5000"
PATH = "/webhooks/heroku"


def list_samples(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001  (click's shape)
    if value:
        click.echo("\n".join(samples.names()))
        context.exit()


def address(context: click.Context, option: click.Parameter, value: str | None) -> str:  # noqa: ARG001
    """Where a receiver takes deliveries, also if only the service was named."""
    if value is None:
        return f"http://127.0.0.1:{os.environ.get('PORT') or USUAL_PORT}{PATH}"
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise click.BadParameter(f"{value!r} is no address like https://my-dynohook.herokuapp.com{PATH}")
    return value if parts.path.strip("/") else f"{value.rstrip('/')}{PATH}"


@click.command(
    epilog=examples(
        "bin/dynohook send dyno_crashed --app acme-shop",
        "bin/dynohook send dyno_crashed --set data.exit_status=137",
        "bin/dynohook send my-event.json --times 3",
    )
)
@click.argument("sample")
@click.option(
    "--url",
    callback=address,
    help=f"Where to; default http://127.0.0.1:$PORT{PATH}, and {USUAL_PORT} for a missing PORT.",
)
@click.option("--app", help="The name of the app that it is about.")
@click.option("--set", "changes", multiple=True, metavar="PATH=VALUE", help="Change a field, as in data.type=worker.")
@click.option("--id", "id_", help="The event's id; default a new one.")
@click.option("--times", type=click.IntRange(1, 100), default=1, show_default=True, help="Send it again as Heroku may.")
@click.option(
    "--list", is_flag=True, is_eager=True, expose_value=False, callback=list_samples, help="Show the samples."
)
@as_json
def send(
    *,
    sample: str,
    url: str,
    app: str | None,
    changes: tuple[str, ...],
    id_: str | None,
    times: int,
    as_json: bool,
) -> None:
    """Sign SAMPLE with WEBHOOK_SECRET and post it to a receiver.

    SAMPLE is the name of one of our example deliveries (see --list), told as if it happened now, or a JSON file of
    your own. Ends with 0 if the receiver kept it.
    """
    body = samples.encode(document(sample, app=app, changes=changes, id=id_ or str(uuid4())))
    answers = [post(url, body) for _ in range(times)]
    if as_json:
        print_json([{"status": answer.status_code, "answer": said(answer)} for answer in answers])
    else:
        for answer in answers:
            click.echo(f"{answer.status_code} {told(said(answer))}")
    if any(answer.status_code >= 300 for answer in answers):
        raise SystemExit(1)


def document(sample: str, *, app: str | None, changes: tuple[str, ...], id: str) -> dict[str, Any]:
    if sample.endswith(".json"):
        return from_file(sample)
    try:
        return samples.sample(sample, id=id, app=app, at=datetime.now(UTC), **dict(map(change, changes)))
    except LookupError as error:
        raise No(f"{error.args[0]}; see bin/dynohook send --list") from error


def from_file(path: str) -> dict[str, Any]:
    """A delivery of one's own."""
    try:
        content: dict[str, Any] = json.loads(Path(path).read_text())
    except OSError as error:
        raise No(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise No(f"{path} is no JSON: {error}") from error
    return content


def change(text: str) -> tuple[str, Any]:
    """`data.exit_status=137`: a value that reads as JSON is one, everything else is text."""
    path, equals, value = text.partition("=")
    if not equals or not path:
        raise click.BadParameter(f"{text!r} is not PATH=VALUE", param_hint="--set")
    try:
        return path, json.loads(value)
    except ValueError:
        return path, value


def post(url: str, body: bytes) -> httpx2.Response:
    try:
        settings = read("webhook_secret")
        headers = {
            "Content-Type": "application/json",
            signature.HEADER: signature.sign(settings.webhook_secrets[0].get_secret_value(), body),
        }
        if settings.webhook_authorization:
            headers["Authorization"] = settings.webhook_authorization.get_secret_value()
        return httpx2.post(url, content=body, headers=headers, timeout=30.0)
    except SettingsError as error:
        raise No(str(error)) from error
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        says = f"nobody took it at {url} ({type(error).__name__})"
        raise No(f"{says}; is the service running there, or is another --url meant?") from error


def said(answer: httpx2.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return answer.text[:500]


def told(answer: Any) -> str:
    return " ".join(map(str, answer.values())) if isinstance(answer, dict) else str(answer)
