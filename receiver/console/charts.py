"""Bars for a row of numbers, as the rectangles of a drawing: the server draws, so no script is needed."""

from collections.abc import Sequence
from typing import NamedTuple

WIDTH = 240.0  # of the whole drawing, in its own units; a page stretches it to the room that there is
HEIGHT = 40.0
SHARE = 0.8  # of its place that a bar fills
LOWEST = 1.5  # of a number that is not 0, so that it can be seen beside a large one


class Bar(NamedTuple):
    """A rectangle, from its upper left corner on."""

    x: float
    y: float
    width: float
    height: float


def bars(numbers: Sequence[int]) -> list[Bar]:
    """One for each number, from left to right, the largest as high as the drawing."""
    most = max(numbers, default=0)
    place = WIDTH / max(1, len(numbers))
    heights = [max(LOWEST, HEIGHT * number / most) if number > 0 else 0.0 for number in numbers]
    return [
        Bar(round(place * index, 2), round(HEIGHT - height, 2), round(place * SHARE, 2), round(height, 2))
        for index, height in enumerate(heights)
    ]
