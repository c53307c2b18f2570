"""Messages to people: at least once, with a key by which a second one is known, and no address anywhere."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from heroku.errors import Refused, Unavailable
from heroku.samples import sample
from rules.rulebook import Target
from tests.workers.hooks import Hook, running
from tests.workers.world import APP, Heard, World
from toolbelt.servers import free_port
from workers.actions.base import RENDERED
from workers.actions.notify import Params
from workers.telling import Teller

OPS = Target("webhook", "OPS_URL")
FACTS = {"rule": "tell", "app": APP, "event": "e1", "run": "e1:tell", "dedup_key": "e1:tell:step:0"}
TELL = """
version: 1
rules:
  - name: tell
    mode: live
    on: dyno.destroy
    give_up_after: 10m
    match: {data.state: crashed}
    do: [{notify: {to: TO, text: "TEXT"}}]
    on_failure: [{notify: {to: log, text: "not told: {{ error }}"}}]
targets:
  ops: {webhook: $OPS_URL}
  team: {webhook: $TEAM_URL}
"""


def telling(to: str = "ops", text: str = "{{ app.name }} crashed") -> str:
    return TELL.replace("TO", to).replace("TEXT", text)


@pytest.fixture
def hook() -> Iterator[Hook]:
    with running() as hook:
        yield hook


@pytest.fixture
def team() -> Iterator[Hook]:
    with running() as hook:
        yield hook


@pytest.fixture
def teller(hook: Hook) -> Iterator[Teller]:
    teller = Teller({"OPS_URL": hook.url}, timeout=1.0)
    yield teller
    teller.close()


# --- one message ---


def test_a_message_has_its_text_its_facts_and_a_key(teller: Teller, hook: Hook) -> None:
    teller.post("ops", OPS, "acme-shop crashed", facts=FACTS)

    [sent] = hook.sent
    assert sent.message == {"text": "acme-shop crashed", **FACTS}
    assert sent.headers["idempotency-key"] == "e1:tell:step:0"
    assert sent.headers["content-type"] == "application/json"


def test_the_log_is_a_target(caplog: Any, capsys: Any) -> None:
    Teller({}).post("log", Target("log"), "acme-shop crashed", facts=FACTS)
    said = caplog.text + capsys.readouterr().out
    assert "acme-shop crashed" in said
    assert "e1:tell:step:0" in said


@pytest.mark.parametrize(
    ("status", "retry_after", "kind", "wait"),
    [
        pytest.param(429, None, Unavailable, 8.0, id="429"),
        pytest.param(429, "33", Unavailable, 33.0, id="429 that says when"),
        pytest.param(503, "7", Unavailable, 7.0, id="503 that says when"),
        pytest.param(503, "99999", Unavailable, 300.0, id="503 that says much too late"),
        pytest.param(503, "\u00b2", Unavailable, 5.0, id="503 that says a digit which is no number"),
        pytest.param(500, None, Unavailable, 5.0, id="500"),
        pytest.param(408, None, Unavailable, 5.0, id="408"),
        pytest.param(404, None, Refused, None, id="404"),
        pytest.param(401, None, Refused, None, id="401"),
        pytest.param(307, None, Refused, None, id="a redirect, which is not followed"),
    ],
)
def test_whether_it_is_tried_again_and_when(
    teller: Teller, hook: Hook, status: int, retry_after: str | None, kind: type[Exception], wait: float | None
) -> None:
    hook.answers.append((status, retry_after))
    with pytest.raises(kind) as caught:
        teller.post("ops", OPS, "text", facts=FACTS)

    assert f"target ops: answered {status}" in str(caught.value)
    assert getattr(caught.value, "retry_after", None) == wait
    assert len(hook.sent) == 1


def test_nobody_listens() -> None:
    teller = Teller({"OPS_URL": f"http://127.0.0.1:{free_port()}/a-secret-path"})
    with pytest.raises(Unavailable, match=r"target ops: gave no answer \(ConnectError\)") as caught:
        teller.post("ops", OPS, "text", facts=FACTS)
    assert "a-secret-path" not in str(caught.value)


def test_an_answer_that_drips_does_not_hold_a_thread(hook: Hook) -> None:
    """Its time-out counted from one byte to the next, so that one bad target could hold all threads of a worker."""
    hook.drips.set()
    teller = Teller({"OPS_URL": hook.url}, timeout=0.3)
    with pytest.raises(Unavailable, match="gave no answer"):
        teller.post("ops", OPS, "text", facts=FACTS)
    teller.close()


@pytest.mark.parametrize(
    "address",
    ["", "  ", "a-secret-path", "ftp://hooks.example/a-secret-path", "http://", "http://[::1/a-secret-path",
     "http://hooks.example:99999/a-secret-path", "http://hooks.example/\x00a-secret-path"],
)  # fmt: skip
def test_an_address_that_is_none_is_named_by_its_variable(address: str) -> None:
    with pytest.raises(Refused, match="target ops: its variable OPS_URL ") as caught:
        Teller({"OPS_URL": address}).post("ops", OPS, "text", facts=FACTS)
    assert "a-secret-path" not in str(caught.value)


def test_a_password_in_the_address_is_sent_as_one(teller: Teller, hook: Hook) -> None:
    url = hook.url.replace("http://", "http://ops:pass%20word@")
    teller = Teller({"OPS_URL": url})
    teller.post("ops", OPS, "text", facts=FACTS)
    teller.close()

    assert hook.sent[0].headers["authorization"] == "Basic " + b64encode(b"ops:pass word").decode()


def test_an_id_from_outside_cannot_break_the_request(teller: Teller, hook: Hook) -> None:
    key = "\u00e9\r\nX-Evil: 1:tell:step:0"
    teller.post("ops", OPS, "\u00e9 \ud83d\ude00", facts={**FACTS, "dedup_key": key})

    assert hook.sent[0].headers["idempotency-key"] == "%C3%A9%0D%0AX-Evil:%201:tell:step:0"
    assert "x-evil" not in hook.sent[0].headers
    assert hook.sent[0].message["dedup_key"] == key


# --- notify, through a worker ---


def crash(world: World, **more: Any) -> dict[str, Any]:
    return sample("dyno_crashed", id="e1", app=APP, at=world.simulator.now, **more)


def test_a_busy_target_is_tried_again_as_it_asks(world: World, hook: Hook) -> None:
    hook.answers.extend([(503, "20"), (429, "40")])
    world.deliver(crash(world))
    worker = world.worker(telling(), environment={"OPS_URL": hook.url, "TEAM_URL": "x"})
    worker.drain()
    assert world.step() == ("waiting", "POST target ops: answered 503; trying again in 20 s.")
    assert world.server.hgetall("dh:claims:act") == {}, "no thread and no claim waits"
    world.pass_time(21)
    worker.drain()
    assert world.step() == ("waiting", "POST target ops: answered 429; trying again in 40 s.")
    world.pass_time(41)
    worker.drain()

    assert world.step() == ("done", "Told ops.")
    assert [sent.headers["idempotency-key"] for sent in hook.sent] == ["e1:tell:step:0"] * 3
    assert hook.sent[-1].message["text"] == f"{APP} crashed"


def test_a_target_that_stays_away_is_given_up(world: World, hook: Hook) -> None:
    hook.answers.extend([(503, "300")] * 10)
    world.deliver(crash(world))
    worker = world.worker(telling(), environment={"OPS_URL": hook.url, "TEAM_URL": "x"})
    for _ in range(10):
        worker.drain()
        world.pass_time(301)

    assert world.step() == ("failed", "notify was given up: POST target ops: answered 503.")
    assert len(hook.sent) == 3, "at once, after 5 minutes, and at the end"
    assert world.step("failure:0")[0] == "done"


def test_who_was_told_is_not_told_again_because_of_another(world: World, hook: Hook, team: Hook) -> None:
    team.answers.append((503, "5"))
    world.deliver(crash(world))
    worker = world.worker(telling("[ops, team, log]"), environment={"OPS_URL": hook.url, "TEAM_URL": team.url})
    worker.drain()
    world.pass_time(10)
    worker.drain()

    assert world.step() == ("done", "Told ops, log, team.")
    assert (len(hook.sent), len(team.sent)) == (1, 2)


def test_a_target_that_refuses_keeps_nobody_else_from_hearing(world: World, hook: Hook, team: Hook) -> None:
    """The first target that failed ended the step: those after it were never told."""
    hook.answers.append((404, None))
    world.deliver(crash(world))
    env = {"OPS_URL": hook.url, "TEAM_URL": team.url}
    world.worker(telling("[ops, team]"), environment=env).drain()

    assert world.step() == ("failed", "Told team. POST target ops: answered 404.")
    assert len(team.sent) == 1


def test_a_target_that_is_gone_from_the_rules_keeps_nobody_else_from_hearing(world: World, team: Hook) -> None:
    world.deliver(crash(world))
    world.worker(telling("[ops, team]"), environment={"OPS_URL": "x", "TEAM_URL": team.url}).deciding.drain()
    later = telling("team").replace("  ops: {webhook: $OPS_URL}\n", "")
    world.worker(later, environment={"TEAM_URL": team.url}).drain()

    assert world.step() == ("failed", "Told team. POST target ops: there is no such target any more.")


def test_a_message_that_comes_out_empty_is_still_sent(world: World, hook: Hook) -> None:
    """The event lacked what the template asked for; the message was refused by our own check and nobody heard."""
    world.deliver(crash(world))
    env = {"OPS_URL": hook.url, "TEAM_URL": "x"}
    world.worker(telling(text="{{ data.nothing_of_that_name }}"), environment=env).drain()

    assert hook.sent[0].message["text"] == "(The text of this message came out empty.)"


def test_a_long_message_is_still_sent(world: World, hook: Hook) -> None:
    world.deliver(crash(world, **{"data.command": "x" * 9_000}))
    env = {"OPS_URL": hook.url, "TEAM_URL": "x"}
    world.worker(telling(text="{{ data.command }}"), environment=env).drain()

    assert len(hook.sent[0].message["text"]) == 9_000


def test_a_rule_must_say_something() -> None:
    with pytest.raises(ValidationError, match="must not be empty"):
        Params.model_validate({"to": "ops", "text": "  "})
    assert Params.model_validate({"to": "ops", "text": ""}, context=RENDERED).text == ""


def test_a_message_whose_claim_was_lost_is_not_sent(world: World) -> None:
    """Many slow targets take longer than a lease: another worker goes on with those that were not told yet."""

    class Slow(Heard):
        def post(self, name: str, target: Target, text: str, *, facts: Mapping[str, Any]) -> None:
            super().post(name, target, text, facts=facts)
            world.server.zadd("dh:due:act", {str(facts["run"]): 0})
            other.crew.due.claim("act", most=1)

    world.deliver(crash(world))
    env = {"OPS_URL": "x", "TEAM_URL": "x"}
    heard = Slow()
    other = world.worker(telling(), environment=env)
    world.worker(telling("[ops, team]"), environment=env, teller=heard).drain()

    assert heard.messages == [("ops", f"{APP} crashed")]


def test_no_address_is_kept_or_logged(world: World, hook: Hook, caplog: Any, capsys: Any) -> None:
    caplog.set_level("DEBUG")
    hook.answers.extend([(503, "5"), (404, None)])
    world.deliver(crash(world))
    env = {"OPS_URL": hook.url, "TEAM_URL": f"http://127.0.0.1:{free_port()}/a-secret-path"}
    worker = world.worker(telling("[ops, team]"), environment=env)
    for _ in range(12):
        worker.drain()
        world.pass_time(70)
    assert world.run().state == "failed"

    assert "a-secret-path" not in world.kept()
    assert "a-secret-path" not in "".join(capsys.readouterr())
    ours = [record for record in caplog.records if not record.name.startswith("httpcore2")]
    assert "a-secret-path" not in "".join(record.getMessage() for record in ours)
    loud = [record for record in caplog.records if record.levelname != "DEBUG"]
    assert "a-secret-path" not in "".join(record.getMessage() for record in loud)


# --- the service's own trouble ---


def test_trouble_is_told_as_it_is_and_is_no_template(world: World) -> None:
    """A message of the service quoted an error with braces in it, was taken for a template, and failed."""
    heard = Heard()
    worker = world.worker(telling(), teller=heard, environment={"OPS_URL": "x", "TEAM_URL": "x"})
    worker.crew.beat.tell("trouble", "Heroku said {{ nonsense | }} and {% more %}")
    worker.drain()

    assert heard.messages == [("system", "Heroku said {{ nonsense | }} and {% more %}")]


def test_trouble_is_told_even_if_the_target_is_away_for_hours(world: World, hook: Hook) -> None:
    """Runs of the service's own had no time to be given up at, and so were given up at the first 503."""
    hook.answers.extend([(503, None)] * 4)
    rules = telling().replace("  ops:", "  system: {webhook: $OPS_URL}\n  ops:")
    worker = world.worker(rules, environment={"OPS_URL": hook.url, "TEAM_URL": "x"})
    worker.crew.beat.tell("trouble", "Something is wrong.")
    for wait in (0, 60, 3_600, 7_200, 7_200):
        world.pass_time(wait)
        worker.drain()

    assert [sent.message["text"] for sent in hook.sent] == ["Something is wrong."] * 5
    assert [run.state for run in world.hands.runs(most=5)] == ["done"]


def test_trouble_that_cannot_be_told_ends_in_the_log_and_not_in_more_trouble(
    world: World, hook: Hook, caplog: Any, capsys: Any
) -> None:
    hook.answers.append((404, None))
    rules = telling().replace("  ops:", "  system: {webhook: $OPS_URL}\n  ops:")
    worker = world.worker(rules, environment={"OPS_URL": hook.url, "TEAM_URL": "x"})
    worker.crew.beat.tell("trouble", "Something is wrong.")
    worker.drain()

    assert world.told() == ["Something is wrong."]
    said = caplog.text + capsys.readouterr().out
    assert "the system target was not told" in said
    assert "Something is wrong." in said.split("the system target was not told")[1]
