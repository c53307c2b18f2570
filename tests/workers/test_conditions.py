"""Steps that are taken only if, and failures that do not end a run."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from core import layout
from heroku.samples import sample
from tests.workers.world import ROLL_BACK, Heard, World

LOG = "notify: {to: log, text"


def rules(*steps: str, on_failure: str = "[]") -> str:
    return f"""
version: 1
rules:
  - name: tell
    mode: live
    on: dyno
    match: {{data.state: crashed}}
    do:
{chr(10).join(f"      - {{{step}}}" for step in steps)}
    on_failure: {on_failure}
"""


def taken(world: World, *steps: str, on_failure: str = "[]", **actions: Any) -> list[str]:
    """What was told, after one crash."""
    told = Heard()
    world.deliver(sample("dyno_crashed", id="e1", at=datetime.now(UTC)))
    world.worker(rules(*steps, on_failure=on_failure), teller=told, **actions).drain()
    return [text for _, text in told.messages]


def journal(world: World) -> dict[str, tuple[str, str]]:
    return {field: (record.state, record.sentence) for field, record in world.run().journal.items()}


@pytest.mark.parametrize(
    ("condition", "taken_"),
    [
        pytest.param('data.type == "web"', True, id="the event"),
        pytest.param('event.data.type == "worker"', False, id="the event, another value"),
        pytest.param('app.name.startsWith("acme")', True, id="the app"),
        pytest.param("release.version > 0", True, id="the release"),
        pytest.param('steps.first.outcome == "done"', True, id="a step that was taken"),
    ],
)
def test_a_step_is_taken_if_its_condition_holds(world: World, condition: str, taken_: bool) -> None:
    told = taken(world, f'name: first, {LOG}: "1"}}', f"name: second, {LOG}: \"2\"}}, if: '{condition}'")

    assert told == (["1", "2"] if taken_ else ["1"])
    assert world.run().state == "done"


def test_a_step_that_is_passed_over_shows_its_condition_and_what_it_saw(world: World) -> None:
    assert taken(world, f"{LOG}: x}}, if: 'data.type == \"worker\"'") == []

    assert journal(world) == {
        "step:0": ("not needed", 'Passed over: it is for when data.type == "worker", and saw web.')
    }
    assert world.run().state == "not needed"


@pytest.mark.parametrize(("version", "taken_"), [(41, True), (40, False)])
def test_what_a_step_put_out_can_be_asked_for(world: World, version: int, taken_: bool) -> None:
    tell = f"{{notify: {{to: log, text: back}}, if: 'steps.rollback.target == {version}'}}"
    rule = ROLL_BACK[: ROLL_BACK.index("      - notify")] + f"      - {tell}\n"
    world.deliver(world.crashing())
    told = Heard()
    worker = world.worker(rule, teller=told)
    for _ in range(4):
        worker.drain()
        world.pass_time(20)

    assert world.run().state == "done"
    assert [text for _, text in told.messages] == (["back"] if taken_ else [])


def test_an_error_in_a_condition_is_no_yes_and_is_shown(world: World) -> None:
    assert taken(world, f"{LOG}: x}}, if: 'data.nonsense > 3'") == []

    state, sentence = journal(world)["step:0"]
    assert state == "not needed"
    assert "data.nonsense > 3, and saw missing (error: " in sentence


def test_what_was_passed_over_can_be_told_of_later(world: World) -> None:
    told = taken(
        world,
        f"name: first, {LOG}: x}}, if: 'false'",
        f'{LOG}: "{{{{ steps.first.outcome }}}}"}}',
        f"{LOG}: z}}, if: 'steps.first.outcome == \"done\"'",
    )

    assert told == ["not needed"]


def test_a_step_that_has_begun_is_not_passed_over_any_more(world: World) -> None:
    """Another version may understand a condition otherwise; what has begun is seen through."""
    world.deliver(sample("dyno_crashed", id="e1", at=datetime.now(UTC)))
    worker = world.worker(rules("wait: {for: 1m}, if: 'true'"), teller=Heard())
    worker.drain()
    assert journal(world)["step:0"][0] == "waiting"
    key = layout.RUN + "e1:tell"
    plan: Any = world.server.hget(key, "plan")
    world.server.hset(key, "plan", plan.replace(b'"condition": "true"', b'"condition": "false"'))
    world.pass_time(61)
    worker.drain()

    assert journal(world)["step:0"][0] == "done"


def test_a_run_that_was_planned_before_steps_had_conditions_is_read_as_ever(world: World) -> None:
    world.deliver(sample("dyno_crashed", id="e1", at=datetime.now(UTC)))
    told = Heard()
    worker = world.worker(rules(f"{LOG}: x}}"), teller=told)
    worker.deciding.drain()
    key = layout.RUN + "e1:tell"
    plan = json.loads(world.server.hget(key, "plan") or b"")
    plan["steps"] = [{"name": "notify", "action": "notify", "params": {"to": "log", "text": "as ever"}}]
    plan.pop("approve_within")
    world.server.hset(key, "plan", json.dumps(plan))
    worker.drain()

    assert [text for _, text in told.messages] == ["as ever"]
    assert world.run().state == "done"


FAILS = "{{ 1 < 'x' }}"  # a template that cannot be rendered


@pytest.mark.parametrize(
    ("goes_on", "told", "fields", "state"),
    [
        pytest.param("", ["failed: first failed"], {"step:0", "failure:0"}, "failed", id="ends the run"),
        pytest.param(
            ", continue_on_failure: true", ["after"], {"step:0", "step:1"}, "done with failures", id="lets it go on"
        ),
    ],
)
def test_a_step_that_fails(world: World, goes_on: str, told: list[str], fields: set[str], state: str) -> None:
    said = taken(
        world,
        f'name: first, {LOG}: "{FAILS}"}}{goes_on}',
        f"{LOG}: after}}",
        on_failure='[{notify: {to: log, text: "failed: {{ error }}"}}]',
    )

    assert [text[: len(want)] for text, want in zip(said, told, strict=True)] == told
    assert set(journal(world)) == fields
    assert world.run().state == state


def test_the_error_at_hand_is_that_of_the_step_that_ended_the_run(world: World) -> None:
    said = taken(
        world,
        f'name: first, {LOG}: "{FAILS}"}}, continue_on_failure: true',
        f'name: second, {LOG}: "{FAILS}"}}',
        on_failure='[{notify: {to: log, text: "{{ error }}"}}]',
    )

    assert len(said) == 1
    assert said[0].startswith("second failed")
    assert world.run().state == "failed"
