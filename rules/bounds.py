"""Numbers by which rules are judged, in Redis as in a backtest; a module of its own for whoever loads no rules."""

from typing import Final

REPEAT_MILLISECONDS: Final = 600_000  # so long the same content counts as a repeat
AFTER_MILLISECONDS: Final = 10_000  # until an event that may have overtaken its partner is looked at once more
MISSING_MILLISECONDS: Final = 30_000  # after the deadline, until it is believed that a partner did not come
WAITS: Final = 5_000  # rules that are put off at once, of about 500 bytes each
CAME_MOST: Final = 500  # partners under one key, the newest
LINE_LENGTH: Final = 10  # runs that may queue for one rule and key, behind the one at work
