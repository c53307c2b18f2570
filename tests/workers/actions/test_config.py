"""Config vars: their values are in nothing but the call; and what a release needs besides to be known as ours."""

from typing import Any

import pytest

from rules.errors import RuleErrors
from rules.files.loading import Source, load
from tests.workers.actions.scene import ENVIRONMENT, SECRET, occasion, rule, worked_through
from tests.workers.world import World
from workers.actions import SPECS

ACCESS = {"config-vars": "write"}


def done(world: World, do: str, **event: Any) -> tuple[str, str]:
    world.worker(rule(do, ACCESS), environment=ENVIRONMENT)
    world.deliver(occasion(world, **event))
    worked_through(world)
    return world.step()


def test_without_leave_to_read_releases_it_is_done_all_the_same(world: World) -> None:
    assert done(world, "config: {set: {A: b}}") == ("done", "Set A.")
    assert world.app.config["A"] == "b"


def test_values_come_out_of_the_environment_and_out_of_templates(world: World) -> None:
    do = "config: {set: {A: $A_SECRET, B: '{{ data.name }}', C: '{{ data.command }}'}}"
    done(world, do, **{"data.command": "$A_SECRET"})
    assert {name: world.app.config[name] for name in "ABC"} == {"A": SECRET, "B": "web.1", "C": "$A_SECRET"}
    assert SECRET not in world.kept()


def test_a_variable_that_is_not_set_changes_nothing(world: World) -> None:
    """It was there when the run was planned, by a worker with another environment."""
    world.worker(rule("config: {set: {A: $GONE, B: c}}", ACCESS), environment={"GONE": "x"})
    world.workers[0].crew.environment = {}
    world.deliver(occasion(world))
    worked_through(world)
    assert world.step() == ("failed", "config failed: the variable GONE is not set.")
    assert world.posts() == []


def test_many_names_are_counted(world: World) -> None:
    names = ", ".join(f"A_LONG_NAME_{number}: x" for number in range(60))
    assert done(world, f"config: {{set: {{{names}}}}}") == ("done", "Set 60 config vars.")


WRONG = [
    pytest.param("{}", "must name a config var", id="nothing"),
    pytest.param("{set: {A: x}, unset: A}", "cannot be both", id="both"),
    pytest.param("{set: {A-B: x}}", "must be the name of a variable", id="no name"),
    pytest.param("{set: {A: 'postgres://u:secret@h/db'}}", "looks like a secret", id="a secret written out"),
    pytest.param("{set: {A: $WEBHOOK_SECRET}}", "a setting of this service", id="our own secret"),
    pytest.param("{set: {A: $HEROKU_POSTGRESQL_URL}}", "a setting of this service", id="the platform's"),
]


@pytest.mark.parametrize(("params", "told"), WRONG)
def test_what_must_not_be_set_is_told_when_the_rule_is_loaded(params: str, told: str) -> None:
    with pytest.raises(RuleErrors, match=told) as raised:
        load([Source("rules.yaml", rule(f"config: {params}", ACCESS))], actions=SPECS)
    assert all(problem.line for problem in raised.value.problems)
