"""What steps are called, by which templates speak of them."""

import pytest

from rules.step_names import named


@pytest.mark.parametrize(
    ("steps", "names"),
    [
        pytest.param([("rollback", None), ("notify", None)], ["rollback", "notify"], id="by their actions"),
        pytest.param([("notify", None)] * 3, ["notify", "notify_2", "notify_3"], id="numbered where it is taken"),
        pytest.param([("notify", None), ("notify", "tell")], ["notify", "tell"], id="by the name given"),
        pytest.param([("notify", None), ("wait", "notify")], ["notify_2", "notify"], id="a name given goes first"),
        pytest.param(
            [("notify", None), ("notify", "notify_2"), ("notify", None)], ["notify", "notify_2", "notify_3"], id="all"
        ),
    ],
)
def test_every_step_has_a_name_of_its_own(steps: list[tuple[str, str | None]], names: list[str]) -> None:
    assert named(steps) == (names, [])


def test_a_name_given_twice_is_a_fault_of_the_second() -> None:
    [(index, fault)] = named([("notify", "tell"), ("wait", "tell")])[1]
    assert (index, fault.path) == (1, ("name",))
    assert "another step of the rule is called tell already" in fault.message
