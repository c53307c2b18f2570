"""What a person wants silent, looked at before it is kept: now and then it is a slip of the keyboard."""

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase

from core.sight import Sight
from core.telling.events import names, read

LONGEST_GLOB = 100  # characters: no app or rule has more
KNOWN_EVENTS = 500  # looked at, the newest, for the apps that we hear of


def unknown(sight: Sight, app: str | None, rule: str | None, rules: Collection[str] | None) -> Iterator[str]:
    """What is named and not known, in words: nothing would be silent. `rules` are the names of those that there are;
    None if nobody knows."""
    if rule is not None and rules is not None and not any(fnmatchcase(one, rule) for one in rules):
        yield f"no rule that is loaded is called {rule}"
    if app is not None and not any(fnmatchcase(one, app) for one in _apps_heard_of(sight)):
        yield f"none of the last {KNOWN_EVENTS} events was about an app called {app}"


def _apps_heard_of(sight: Sight) -> set[str]:
    return {name for one in sight.events(most=KNOWN_EVENTS) for name in names(read(one)) if name}
