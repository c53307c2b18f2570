"""The links of messages, as each kind of target is sent them: through signing in to the page that they are about."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import redis

from core import links
from rules.rulebook import Target
from tests.receiver.console.browsing import PASSWORD, Visitor
from tests.receiver.console.conftest import application
from tests.receiver.console.keeping import Records
from tests.receiver.console.working import beating, rulebook
from tests.receiver.serving import PATIENCE, serving
from tests.workers.senders.factories import about, message
from toolbelt.servers import Server
from workers.notes import Message, Note
from workers.senders import discord, pagerduty, slack, teams, webhook
from workers.senders.email import composed
from workers.senders.others import Apprise

WEB = "http://127.0.0.1:1"
CONSOLE = WEB + links.CONSOLE
EVENT = "a/b?c#d&e <f> %2F ü"
RUN = f"{EVENT}:roll-back"
FACTS = {"event": EVENT, "run": RUN, "rule": "roll-back"}


@pytest.fixture(scope="module")
def port(running: Server) -> Iterator[int]:
    with serving(application(running.url, PUBLIC_URL=WEB)) as port:
        yield port


@pytest.fixture
def stranger(port: int, server: redis.Redis) -> Iterator[Visitor]:
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE, trust_env=False) as client:
        yield Visitor(client)


def in_slack(sent: Message) -> str:
    link = slack.body(sent)["blocks"][-1]["elements"][0]["text"]
    return unescape(link.removeprefix("<").partition("|")[0])


def in_discord(sent: Message) -> str:
    return str(discord.body(sent)["embeds"][0]["url"])


def in_teams(sent: Message) -> str:
    return str(teams.body(sent)["attachments"][0]["content"]["actions"][0]["url"])


def in_pagerduty(sent: Message) -> str:
    return str(pagerduty.events(sent, severity="error")[0]["client_url"])


def in_a_mail(sent: Message) -> str:
    return _on_a_line(composed(sent, sender="a@acme.example", to=["b@acme.example"]).get_content())


def in_a_webhook(sent: Message) -> str:
    return str(webhook.body(sent)["url"])


def by_apprise(sent: Message) -> str:
    said: dict[str, Any] = {}
    outlet = SimpleNamespace(add=lambda _: True, notify=lambda **told: said.update(told) or True)
    module = SimpleNamespace(Apprise=lambda: outlet, NotifyFormat=SimpleNamespace(TEXT="text"))
    way: Any = SimpleNamespace(value=lambda _: "", deadline=SimpleNamespace(left=5.0))
    Apprise(lambda _: module)(sent, Target("apprise", "OPS"), way)
    return _on_a_line(said["body"])


def _on_a_line(text: str) -> str:
    [line] = re.findall(rf"(?m)^{re.escape(CONSOLE)}\S*\r?$", text)
    return str(line).strip()


KINDS = [in_slack, in_discord, in_teams, in_pagerduty, in_a_mail, in_a_webhook, by_apprise]
PAGES = [
    pytest.param([about(**FACTS)], f"show {RUN}", id="a run"),
    pytest.param([about(**{**FACTS, "run": ""})], f"show {EVENT}", id="an event"),
    pytest.param([about(rule="roll-back", run="", event="", app="")], "Takes it back.", id="a rule"),
    pytest.param(
        [about(**FACTS), about(**{**FACTS, "event": "e2", "run": "e2:roll-back"})],
        f'href="{links.run(links.CONSOLE, RUN)}"',
        id="some runs",
    ),
]


@pytest.mark.parametrize("link", KINDS, ids=lambda form: form.__name__)
@pytest.mark.parametrize(("notes", "shown"), PAGES)
def test_a_link_leads_through_signing_in_to_its_page(
    stranger: Visitor,
    records: Records,
    server: redis.Redis,
    link: Callable[[Message], str],
    notes: list[Note],
    shown: str,
) -> None:
    records.event(EVENT)
    records.run(RUN)
    beating(server, rulebook("mode: live\ndescription: Takes it back."))
    wanted = link(message(*notes, console=CONSOLE)).removeprefix(WEB)

    form = stranger.get(wanted).headers["location"]
    [to] = parse_qs(urlsplit(form).query)["next"]
    led = stranger.send(form, name="ada", password=PASSWORD, next=to)

    assert (led.status_code, led.headers["location"]) == (303, wanted)
    assert shown in unescape(stranger.page(wanted))
