"""Messages to people: handed over at once, sent at least once, with a key by which a second one is known."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from core.outbox import Outbox
from heroku.samples import sample
from tests.workers.hooks import Hook, running
from tests.workers.world import APP, Heard, Killed, World, die
from toolbelt.servers import free_port
from workers.actions.base import RENDERED
from workers.actions.notify import Params

TELL = """
version: 1
rules:
  - name: tell
    mode: live
    on: dyno.destroy
    match: {data.state: crashed}
    each: data.id
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


def crash(world: World, id: str = "e1", **more: Any) -> dict[str, Any]:
    return sample("dyno_crashed", id=id, app=APP, at=world.simulator.now, **{"data.id": f"dyno-{id}", **more})


# --- one message ---


def test_a_busy_target_is_tried_again_as_it_asks_and_holds_up_no_run(world: World, hook: Hook) -> None:
    hook.answers.extend([(503, "20"), (429, "40")])
    world.deliver(crash(world))
    worker = world.worker(telling(), environment={"OPS_URL": hook.url, "TEAM_URL": "x"})
    worker.drain()
    assert (world.run().state, world.step()) == ("done", ("done", "Handed over to ops."))
    assert world.delivered() == [("waiting", "POST target ops: answered 503; trying again in 20 s.")]
    assert world.server.hgetall("dh:claims:act") == {}, "no thread and no claim waits"
    world.pass_time(21)
    worker.drain()
    assert world.delivered() == [("waiting", "POST target ops: answered 429; trying again in 40 s.")]
    world.pass_time(41)
    worker.drain()

    assert world.delivered() == [("done", "Told ops.")]
    assert [sent.headers["idempotency-key"] for sent in hook.sent] == ["e1:tell:step:0"] * 3
    assert hook.sent[-1].message["text"] == f"{APP} crashed"


def test_a_target_that_stays_away_is_given_up_after_a_day_and_told_of(world: World, hook: Hook) -> None:
    hook.answers.extend([(503, "300")] * 400)
    world.deliver(crash(world))
    worker = world.worker(telling(), environment={"OPS_URL": hook.url, "TEAM_URL": "x"})
    for seconds in (0, 301, 43_200, 43_200, 301):
        world.pass_time(seconds)
        worker.drain()

    assert world.delivered() == [("failed", "deliver was given up: POST target ops: answered 503.")]
    assert world.told() == ["deliver was given up: POST target ops: answered 503."]


def test_who_was_told_is_not_told_again_because_of_another(world: World, hook: Hook, team: Hook) -> None:
    team.answers.append((503, "5"))
    world.deliver(crash(world))
    worker = world.worker(telling("[ops, team, log]"), environment={"OPS_URL": hook.url, "TEAM_URL": team.url})
    worker.drain()
    world.pass_time(10)
    worker.drain()

    assert world.step() == ("done", "Handed over to ops, team. Told log.")
    assert (len(hook.sent), len(team.sent)) == (1, 2)


def test_a_target_that_refuses_is_told_of_and_keeps_nobody_else_from_hearing(
    world: World, hook: Hook, team: Hook
) -> None:
    hook.answers.append((404, None))
    world.deliver(crash(world))
    env = {"OPS_URL": hook.url, "TEAM_URL": team.url}
    world.worker(telling("[ops, team]"), environment=env).drain()

    assert len(team.sent) == 1
    assert world.told() == ["ops was not told: POST target ops: answered 404."]


def test_a_target_that_is_gone_from_the_rules_keeps_nobody_else_from_hearing(world: World, team: Hook) -> None:
    world.deliver(crash(world))
    world.worker(telling("[ops, team]"), environment={"OPS_URL": "x", "TEAM_URL": team.url}).deciding.drain()
    later = telling("team").replace("  ops: {webhook: $OPS_URL}\n", "")
    world.worker(later, environment={"TEAM_URL": team.url}).drain()

    sentence = "Handed over to team. POST target ops: there is no such target any more."
    assert world.step() == ("failed", sentence)
    assert world.step("failure:0")[0] == "done"
    assert len(team.sent) == 1


def test_a_target_that_goes_while_a_message_waits_is_told_of(world: World, hook: Hook) -> None:
    env = {"OPS_URL": hook.url, "TEAM_URL": "x"}
    world.deliver(crash(world))
    waiting = Outbox(world.server, wait_seconds=60, every_seconds=0)
    world.worker(telling(), environment=env, outbox=waiting).drain()
    world.pass_time(61)
    world.worker(telling("log").replace("  ops: {webhook: $OPS_URL}\n", ""), environment=env).drain()

    assert world.told() == ["ops was not told: POST target ops: there is no such target any more."]


def test_a_message_that_comes_out_empty_is_still_sent(world: World, hook: Hook) -> None:
    """The event lacked what the template asked for; the message was refused by our own check and nobody heard."""
    world.deliver(crash(world))
    env = {"OPS_URL": hook.url, "TEAM_URL": "x"}
    world.worker(telling(text="{{ data.nothing_of_that_name }}"), environment=env).drain()

    assert hook.sent[0].message["text"] == "(The text of this message came out empty.)"


def test_no_incident_of_a_burst_is_lost(world: World, hook: Hook) -> None:
    """One dyno crashed so often that another's crash and its own recovery were only counted: nobody was paged."""
    rules = telling(text="crashed").replace("text:", "incident: '{{ data.name }}', resolve: RESOLVES, text:")
    rules = rules.replace("{webhook: $OPS_URL}", "{pagerduty: $OPS_URL}")
    key = "0123456789abcdef0123456789abcdef"
    env = {"OPS_URL": hook.url.replace("http://", f"http://{key}@"), "TEAM_URL": "x"}
    waiting = Outbox(world.server, wait_seconds=60, every_seconds=0)
    crashing = [("false", f"e{number}", "web.1") for number in range(25)]
    for over, id, dyno in [*crashing, ("false", "other", "web.2"), ("true", "end", "web.1")]:
        world.deliver(crash(world, id, **{"data.name": dyno}))
        worker = world.worker(rules.replace("RESOLVES", over), environment=env, outbox=waiting)
        worker.drain()
    world.pass_time(61)
    world.workers[-1].drain()

    told = [(sent.message["event_action"], sent.message["dedup_key"]) for sent in hook.sent]
    assert told == [("trigger", "web.2"), ("resolve", "web.1")]


def test_a_long_message_is_still_sent(world: World, hook: Hook) -> None:
    world.deliver(crash(world, **{"data.command": "x" * 9_000}))
    env = {"OPS_URL": hook.url, "TEAM_URL": "x"}
    world.worker(telling(text="{{ data.command }}"), environment=env).drain()

    assert len(hook.sent[0].message["text"]) == 9_000


def test_a_rule_must_say_something() -> None:
    with pytest.raises(ValidationError, match="must not be empty"):
        Params.model_validate({"to": "ops", "text": "  "})
    assert Params.model_validate({"to": "ops", "text": ""}, context=RENDERED).text == ""


def test_a_message_whose_claim_was_lost_is_left_to_whoever_has_it(world: World) -> None:
    class Late(Outbox):
        def take(self, run: str, target: str, *, token: str, every: float | None) -> Any:
            world.server.zadd("dh:due:act", {run: 0})
            other.crew.due.claim("act", most=1)
            return super().take(run, target, token=token, every=every)

    world.deliver(crash(world))
    env = {"OPS_URL": "x", "TEAM_URL": "x"}
    heard = Heard()
    other = world.worker(telling(), environment=env)
    outbox = Late(world.server, wait_seconds=0, every_seconds=0)
    world.worker(telling(), environment=env, teller=heard, outbox=outbox).drain()

    assert heard.messages == []
    assert world.server.zcard("dh:due:act") == 1


def test_a_worker_killed_between_sending_and_writing_it_down_sends_again_with_the_same_key(
    world: World, hook: Hook
) -> None:
    env = {"OPS_URL": hook.url, "TEAM_URL": "x"}
    world.deliver(crash(world))
    first = world.worker(telling(), environment=env)
    first.deciding.drain()
    first.acting.drain()  # hands it over, sends it
    sent = len(hook.sent)
    assert sent == 1
    run = next(key for key in world.server.scan_iter("dh:run:tell:*"))
    world.server.hdel(run, "step:0", "finished_at")  # what the dead worker did not get to write
    world.server.zadd("dh:due:act", {run.decode().removeprefix("dh:run:"): 0})
    world.worker(telling(), environment=env).drain()

    assert [message.headers["idempotency-key"] for message in hook.sent] == ["e1:tell:step:0"] * 2


def test_a_worker_killed_between_handing_over_and_writing_it_down_does_not_double_it(world: World, hook: Hook) -> None:
    env = {"OPS_URL": hook.url, "TEAM_URL": "x"}
    waiting = Outbox(world.server, wait_seconds=120, every_seconds=0)
    world.deliver(crash(world))
    dies = world.worker(telling(), environment=env, outbox=waiting)
    dies.runs.before["record"] = die
    dies.deciding.drain()
    with pytest.raises(Killed):
        dies.acting.drain()
    world.pass_time(70)
    worker = world.worker(telling(), environment=env, outbox=waiting)
    worker.drain()
    world.pass_time(90)
    worker.drain()

    assert [sent.message["count"] for sent in hook.sent] == [1]
    assert world.step() == ("done", "Handed over to ops.")


def test_no_address_is_kept_or_logged(world: World, hook: Hook, caplog: Any, capsys: Any) -> None:
    caplog.set_level("DEBUG")
    hook.answers.extend([(503, "5"), (404, None)])
    world.deliver(crash(world))
    env = {"OPS_URL": hook.url, "TEAM_URL": f"http://127.0.0.1:{free_port()}/a-secret-path"}
    worker = world.worker(telling("[ops, team]"), environment=env)
    for _ in range(5):
        worker.drain()
        world.pass_time(70)

    assert [state for state, _ in world.delivered()] == ["failed", "waiting"]
    assert "a-secret-path" not in world.kept()
    assert "a-secret-path" not in "".join(capsys.readouterr())
    ours = [record for record in caplog.records if not record.name.startswith("httpcore2")]
    assert "a-secret-path" not in "".join(record.getMessage() for record in ours)
    loud = [record for record in caplog.records if record.levelname != "DEBUG"]
    assert "a-secret-path" not in "".join(record.getMessage() for record in loud)


# --- many messages ---


def test_a_burst_of_500_events_is_one_message_with_a_count(world: World, hook: Hook) -> None:
    world.deliver(*(crash(world, f"e{number}") for number in range(500)))
    worker = world.worker(telling(), environment={"OPS_URL": hook.url, "TEAM_URL": "x"}, outbox=Outbox(world.server))
    for _ in range(12):  # as often as a worker has to be woken for so many
        worker.drain()
    assert hook.sent == [], "it waits for others"
    assert len(world.hands.runs(most=600)) == 501
    world.pass_time(4)
    worker.drain()

    [sent] = hook.sent
    assert (sent.message["count"], sent.message["title"]) == (500, "500 messages")
    assert f"{APP} · tell (20 times)\n{APP} crashed\n\n… and 480 more." in sent.message["text"]
    assert len(sent.message["messages"]) == 20
    assert world.delivered() == [("done", "Told ops 500 messages in one.")]
    assert sent.headers["idempotency-key"].startswith("tell:ops:")


def test_two_messages_to_one_target_keep_their_distance(world: World, hook: Hook) -> None:
    rules = telling().replace("{webhook: $OPS_URL}", "{webhook: $OPS_URL, wait: 1s, every: 5m}")
    worker = world.worker(rules, environment={"OPS_URL": hook.url, "TEAM_URL": "x"})
    counts = []
    for number, seconds in enumerate((2, 100, 100, 110, 500)):
        world.deliver(crash(world, f"e{number}"))
        worker.drain()
        world.pass_time(seconds)
        worker.drain()
        counts.append([sent.message["count"] for sent in hook.sent])

    assert counts == [[1], [1], [1], [1, 3], [1, 3, 1]]


def test_while_a_target_is_away_what_comes_gathers_in_one_message(world: World, hook: Hook) -> None:
    hook.answers.extend([(503, "300")] * 3)
    worker = world.worker(telling(), environment={"OPS_URL": hook.url, "TEAM_URL": "x"})
    for number in range(4):
        world.deliver(crash(world, f"e{number}"))
        worker.drain()
        world.pass_time(30)
    assert [state for state, _ in world.delivered()] == ["waiting", "waiting"]
    for _ in range(6):
        world.pass_time(301)
        worker.drain()

    assert [sent.message["count"] for sent in hook.sent] == [1, 1, 1, 1, 3]
    assert [state for state, _ in world.delivered()] == ["done", "done"]


def test_however_much_is_said_a_message_that_waits_stays_small(world: World, hook: Hook) -> None:
    world.deliver(*(crash(world, f"e{number}", **{"data.command": "x" * 15_000}) for number in range(60)))
    worker = world.worker(
        telling(text="{{ data.command }}"),
        environment={"OPS_URL": hook.url, "TEAM_URL": "x"},
        outbox=Outbox(world.server, wait_seconds=60),
    )
    for _ in range(3):
        worker.drain()
    [run] = world.server.scan_iter("dh:run:tell:*")

    assert sum(len(value) for value in world.server.hgetall(run).values()) < 40_000
    world.pass_time(61)
    worker.drain()
    assert hook.sent[0].message["count"] == 60
    assert len(hook.sent[0].message["messages"][0]["text"]) == 15_000


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
    assert world.delivered() == [("done", "Told system.")]


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


def test_no_rule_can_name_the_action_that_sends(world: World) -> None:
    with pytest.raises(Exception, match="deliver: is not an action"):
        world.worker(
            telling()
            .replace("{notify: {to: TO", "{deliver: {to: TO")
            .replace("{notify: {to: ops, text", "{deliver: {to: ops, text", 1),
            environment={"OPS_URL": "x", "TEAM_URL": "x"},
        )
