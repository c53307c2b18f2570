"""All kinds of targets through one real worker and real servers: a burst is one message for each, and a mail goes over
TLS to whoever shows a certificate."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from standardwebhooks import Webhook

from core import layout
from heroku.samples import sample
from tests.workers.actions.plays import rests, time_passes
from tests.workers.hooks import Hook
from tests.workers.hooks import running as hooked
from tests.workers.process import start
from tests.workers.senders.mailbox import OPENSSL, PASSWORD, USER, Mailbox, certified, serving
from tests.workers.world import APP, World
from toolbelt.crew import Crew
from toolbelt.servers import Server

EVENTS = 500
TAKES = 60.0  # seconds, on a busy machine
WAIT = 600.0  # for which the targets gather; the test lets it pass
SECRET = "whsec_" + b64encode(bytes(range(32))).decode()
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
RULES = """
version: 1
rules:
  - {name: tell, mode: live, on: dyno.destroy, match: {data.state: crashed}, each: data.id,
     do: [{notify: {to: [slack, discord, teams, pager, mail, hook], text: "{{ data.name }} crashed"}}]}
targets:
  slack: {slack: $SLACK, wait: 10m}
  discord: {discord: $DISCORD, wait: 10m}
  teams: {teams: $TEAMS, wait: 10m}
  pager: {pagerduty: $PAGER, wait: 10m}
  mail: {email: $SMTP, wait: 10m, from: dynohook@acme.example, to: [ops@acme.example]}
  hook: {webhook: $HOOK, wait: 10m, secret: $SECRET}
"""
REFUSED = "nobody was not told: POST target nobody: answered 550."
KINDS = ("slack", "discord", "teams", "pager", "mail", "hook")
TITLES: Mapping[str, Callable[[Any], Any]] = {
    "/slack": lambda said: said["blocks"][0]["text"]["text"],
    "/discord": lambda said: said["embeds"][0]["title"],
    "/teams": lambda said: said["attachments"][0]["content"]["body"][0]["inlines"][0]["text"],
    "/v2/enqueue": lambda said: said["payload"]["summary"],
    "/hook": lambda said: said["title"],
}

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="there is no openssl here to make a certificate with")


@dataclass(frozen=True)
class Outside:
    """The other sides: an HTTP server for those that take posts, an SMTP server that wants TLS and a password."""

    hook: Hook
    mailbox: Mailbox
    certificate: Path

    def settings(self) -> dict[str, str]:
        base = self.hook.url.partition("/hooks/")[0]
        return {
            "SLACK": f"{base}/slack",
            "DISCORD": f"{base}/discord",
            "TEAMS": f"{base}/teams",
            "PAGER": base.replace("http://", f"http://{ROUTING_KEY}@"),
            "SMTP": f"smtp://{USER}:{quote(PASSWORD, safe='')}@{self.mailbox.host}",
            "HOOK": f"{base}/hook",
            "SECRET": SECRET,
            "SSL_CERT_FILE": str(self.certificate),
        }


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew() as crew:
        yield crew


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    tls = certified(tmp_path)
    with hooked() as hook, serving("asked for", tls.server) as mailbox:
        yield Outside(hook, mailbox, tmp_path / "cert.pem")


def burst(world: World, *, events: int = EVENTS) -> None:
    at = world.simulator.now
    made = (sample("dyno_crashed", id=f"e{n}", app=APP, at=at, **{"data.id": f"dyno-{n}"}) for n in range(events))
    world.deliver(*made)


def gathered(world: World) -> dict[str, int]:
    """How many notes wait for each target."""
    open_runs: dict[str, Any] = {kind: world.server.hget(layout.OUTBOX + kind, "open") for kind in KINDS}
    counts = {kind: run and world.server.hget(layout.RUN + run.decode(), "notes") for kind, run in open_runs.items()}
    return {kind: int(count or 0) for kind, count in counts.items()}


def became(world: World) -> dict[str, tuple[str, str]]:
    """What became of the message to each target."""
    runs = [run for run in world.hands.runs(most=2 * EVENTS) if run.key in (*KINDS, "nobody") and run.journal]
    return {run.key: (run.journal["step:0"].state, run.journal["step:0"].sentence) for run in runs}


def test_a_burst_of_500_is_one_message_for_every_kind_of_target(
    world: World, running: Server, crew: Crew, outside: Outside
) -> None:
    burst(world)
    worker = start(crew, REDIS_URL=running.url, RULES_YAML=RULES, ALLOW_PRIVATE_ADDRESSES="true", **outside.settings())
    worker.ready(lambda: set(gathered(world).values()) == {EVENTS}, what="all to be handed over", within=TAKES)
    assert (outside.hook.sent, outside.mailbox.mails) == ([], [])

    time_passes(world, [worker], WAIT)
    told = {kind: ("done", f"Told {kind} 500 messages in one.") for kind in KINDS}
    worker.ready(lambda: became(world) == told, what="all targets to be told", within=TAKES)

    titles = {sent.path: TITLES[sent.path](sent.message) for sent in outside.hook.sent}
    assert titles == dict.fromkeys(TITLES, "500 messages")
    assert len(outside.hook.sent) == len(TITLES)
    assert [s.path for s in outside.hook.sent if b"and 480 more" not in s.body] == []
    own = next(sent for sent in outside.hook.sent if sent.path == "/hook")
    assert Webhook(SECRET).verify(own.body, own.headers)["count"] == EVENTS

    [mail] = outside.mailbox.mails
    assert (mail["Subject"], mail["To"]) == ("500 messages", "ops@acme.example")
    assert "and 480 more." in mail.get_content()
    assert outside.mailbox.logins == [(USER, PASSWORD)]

    worker.stop()
    kept = worker.output + world.kept()
    assert [secret for secret in (PASSWORD, SECRET, ROUTING_KEY) if secret in kept] == []


BUSY = RULES.replace("[slack, discord, teams, pager, mail, hook]", "[mail, hook, nobody]").replace("10m", "1s") + (
    "  nobody: {email: $SMTP, wait: 1s, from: dynohook@acme.example, to: [nobody@acme.example]}\n"
)


def test_who_is_busy_is_told_later_once_and_of_who_refuses_people_hear(
    world: World, running: Server, crew: Crew, outside: Outside
) -> None:
    outside.mailbox.answers.append("451 Try again later.")
    outside.mailbox.recipients["nobody@acme.example"] = "550 No such mailbox."
    outside.hook.answers.append((429, "7"))
    burst(world, events=1)
    worker = start(crew, REDIS_URL=running.url, RULES_YAML=BUSY, ALLOW_PRIVATE_ADDRESSES="true", **outside.settings())

    def are_over() -> bool:
        if rests(world):
            time_passes(world, [worker], 5.0)
        said = became(world)
        return len(said) == 3 and {state for state, _ in said.values()} <= {"done", "failed"}

    worker.ready(are_over, what="all targets to be told", within=TAKES)
    assert became(world) == {
        "mail": ("done", "Told mail."),
        "hook": ("done", "Told hook."),
        "nobody": ("failed", REFUSED),
    }
    assert [mail["To"] for mail in outside.mailbox.mails] == ["ops@acme.example"]
    first, again = outside.hook.sent
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert [text for text in world.told() if "nobody" in text] == [REFUSED]
