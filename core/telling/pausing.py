"""A pause and its end in words: what stands still, and what goes on afterwards."""

from core.sightings import Pause
from core.telling.words import moment

PAUSED = "Paused: deliveries are kept, nothing is decided or done."
NOT_PAUSED = "the service is not paused"


def goes_on(ended: Pause) -> str:
    """Whose pause ended."""
    return f"It goes on. {ended.by} had paused it at {moment(ended.at)}: {ended.why}"


def from_before(runs: int) -> str:
    """What else goes on, in front of where to look at it; empty if nothing does."""
    return f"So do the runs from before, whatever their age: {runs}." if runs else ""
