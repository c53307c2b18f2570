"""A sliding window against the plainest model of it: every stretch that could hold the event is looked at."""

from hypothesis import given
from hypothesis import strategies as st

from rules.trials.windows import Window

NOW, LATE = 1_000, 1_000
times = st.lists(st.integers(0, 40), min_size=1, max_size=14)
withins = st.integers(1, 12)


def most(window: Window, times: list[int], within: int) -> list[int]:
    """What the window says after each event, which all come at once."""
    return [window.add(f"e{number}", time, now=NOW, within=within, late=LATE) for number, time in enumerate(times)]


def brute_force(times: list[int], within: int) -> int:
    """The most that a stretch with the last event in it holds."""
    last = times[-1]
    return max(sum(start <= time <= start + within for time in times) for start in range(last - within, last + 1))


@given(times, withins)
def test_it_agrees_with_the_model_in_any_order(times: list[int], within: int) -> None:
    assert most(Window(), times, within) == [brute_force(times[: n + 1], within) for n in range(len(times))]


@given(st.data(), times, withins)
def test_whether_it_is_ever_reached_does_not_depend_on_the_order(
    data: st.DataObject, times: list[int], within: int
) -> None:
    shuffled = data.draw(st.permutations(times))

    assert max(most(Window(), times, within)) == max(most(Window(), shuffled, within))


@given(times, withins)
def test_an_event_that_comes_twice_counts_once(times: list[int], within: int) -> None:
    window = Window()
    first = most(window, times, within)

    assert window.add("e0", times[0], now=NOW, within=within, late=LATE) <= max(first)


def test_what_no_event_can_stand_with_any_more_is_forgotten() -> None:
    window = Window()
    window.add("e1", 0, now=0, within=10, late=100)

    assert not window.has_ended(110)
    assert window.has_ended(111)
    assert window.add("e2", 5, now=111, within=10, late=100) == 1
