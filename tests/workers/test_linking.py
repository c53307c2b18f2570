"""What the service itself tells leads to the run that it is about, and a question to where it can be answered."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from heroku.samples import sample
from tests.workers.hooks import Hook, running
from tests.workers.world import Heard, World
from workers.telling import Teller

CONSOLE = "https://my-dynohook.example.com/console"
PAGE = f"{CONSOLE}/runs/e1%3Aask"
RULES = """
version: 1
rules:
  - name: ask
    mode: live
    on: dyno
    match: {data.state: crashed}
    approve_within: 4h
    do: [{notify: {to: log, text: crashed}}]
targets:
  system: {webhook: $OPS_URL}
"""


@pytest.fixture
def hook() -> Iterator[Hook]:
    with running() as hook:
        yield hook


def ask(world: World, hook: Hook, *, console: str) -> None:
    environment = {"OPS_URL": hook.url}
    teller = Teller(environment, private=True, console=console, timeout=2.0)
    world.deliver(sample("dyno_crashed", id="e1", at=datetime.now(UTC)))
    world.worker(RULES, environment=environment, teller=teller).drain()


def test_a_question_leads_to_the_page_where_it_can_be_answered_and_keeps_the_command(world: World, hook: Hook) -> None:
    ask(world, hook, console=CONSOLE)

    [sent] = hook.sent
    assert (sent.message["url"], sent.message["run"]) == (PAGE, "e1:ask")
    assert sent.message["text"].endswith(f"Approve or deny: {PAGE} or bin/dynohook runs approve|deny e1:ask")


def test_without_a_console_it_keeps_the_command(world: World, hook: Hook) -> None:
    ask(world, hook, console="")

    [sent] = hook.sent
    assert sent.message["text"].endswith("Approve or deny: bin/dynohook runs approve|deny e1:ask")
    assert (sent.message.get("url"), sent.message["look"]) == (None, "bin/dynohook runs show e1:ask")


def test_a_question_that_waited_through_the_deploy_that_set_the_console_is_sent_with_a_link(
    world: World, hook: Hook
) -> None:
    hook.answers.append((503, "20"))
    ask(world, hook, console="")
    world.pass_time(30)
    ask(world, hook, console=CONSOLE)

    assert [sent.message.get("url") for sent in hook.sent] == [None, PAGE]
    assert len({sent.headers["idempotency-key"] for sent in hook.sent}) == 1


def test_a_dead_letter_leads_to_the_run_that_died(world: World, hook: Hook) -> None:
    ask(world, hook, console="")
    world.server.zadd("dh:due:act", {"e1:ask": 0})
    world.server.hset("dh:claims:act", "e1:ask", "worker.9|token|4|0")
    world.worker(RULES, environment={"OPS_URL": hook.url}).drain()

    told = hook.sent[-1].message
    assert (told["look"], told["run"]) == ("bin/dynohook runs show e1:ask", "e1:ask")
    assert told["text"].endswith("Look: bin/dynohook runs show e1:ask")


def test_a_rule_that_was_stopped_is_told_of_with_its_own_page(world: World, hook: Hook) -> None:
    rules = RULES.replace("    approve_within: 4h\n", "    limit: {max: 1, within: 1d}\n")
    environment = {"OPS_URL": hook.url}
    teller = Teller(environment, private=True, console=CONSOLE, timeout=2.0)
    for id in ("e1", "e2"):
        world.deliver(sample("dyno_crashed", id=id, at=datetime.now(UTC), **{"data.id": id}))
        world.worker(rules, environment=environment, teller=teller).drain()

    [told] = [
        sent.message for sent in hook.sent if "is stopped until a person closes its breaker" in sent.message["text"]
    ]
    assert (told["url"], told["rule"], told["run"]) == (f"{CONSOLE}/rules/ask", "ask", "")


def test_in_the_log_a_message_has_its_page_beside_it(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = RULES.replace("{webhook: $OPS_URL}", "{log: true}")
    world.deliver(sample("dyno_crashed", id="e1", at=datetime.now(UTC)))
    world.worker(rules, teller=Teller({}, private=True, console=CONSOLE)).drain()

    assert PAGE in (caplog.text + capsys.readouterr().out).replace("Approve or deny: " + PAGE, "")


@pytest.mark.parametrize(
    ("console", "told"),
    [
        pytest.param(CONSOLE, f"{PAGE} of {CONSOLE}/events/e1", id="with a console"),
        pytest.param("", "nothing of", id="without"),
    ],
)
def test_a_rule_may_put_the_links_where_it_wants(world: World, console: str, told: str) -> None:
    heard = Heard()
    heard.console = console
    text = '{{ links.run | default("nothing") }} of {{ links.event }}'
    world.deliver(sample("dyno_crashed", id="e1", at=datetime.now(UTC)))
    world.worker(
        RULES.replace("text: crashed", f"text: '{text}'").replace("    approve_within: 4h\n", ""),
        teller=heard,
        environment={"OPS_URL": "x"},
    ).drain()

    assert heard.messages == [("log", told)]
