"""What an agent is shown of an app, as far as its rule names it: bounded, without secrets, and marked as data."""

import json
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Final, Literal

from heroku.access import Level
from heroku.redacting import without_secrets
from rules.actions import Need
from rules.texts.marking import as_data
from rules.texts.secrets import public
from workers.actions.base import Step
from workers.actions.logs import fit_to_be_kept, last_of, lines_fit_to_be_kept
from workers.fetching import Unreachable

Shown = Literal["releases", "build_output", "logs", "config_names"]
EVENT_CHARACTERS = 6_000
RELEASES = 15
LOG_LINES = 150
NAMES_CHARACTERS = 8_000  # of config vars
BUILDS = 20  # looked through for the newest
OUTPUT_BYTES = 100_000  # of the end of a build's output

NEEDS: Final[Mapping[str, Need]] = {
    "releases": Need("releases", Level.READ),
    "build_output": Need("builds", Level.READ),
    "logs": Need("logs", Level.READ),
    "config_names": Need("config-vars", Level.READ),
}


def shown(step: Step[Any], what: list[Shown]) -> str:
    """The event and each part that is asked for, under a heading. Raises what the client raises."""
    event = without_secrets(json.dumps(public(step.event.fields), ensure_ascii=False, default=str))[:EVENT_CHARACTERS]
    parts = [f"The event:\n{as_data(event)}"]
    parts += [f"{_TOLD[each][0]}:\n{as_data(_TOLD[each][1](step))}" for each in what]
    return "\n\n".join(parts)


def _releases(step: Step[Any]) -> str:
    lines = [
        f"v{release.version} {release.status}{' (current)' if release.current else ''}"
        f" {release.created_at or ''} {release.description or ''}"
        for release in islice(step.heroku.releases(step.app, newest_first=True), RELEASES)
    ]
    return last_of([fit_to_be_kept(line) for line in lines])


def _build_output(step: Step[Any]) -> str:
    """Of the event's own build, or of the newest."""
    if step.event.resource == "build":
        build = step.heroku.build(step.app, str(step.event.data.get("id")))
    else:
        builds = list(islice(step.heroku.builds(step.app), BUILDS))
        if not builds:
            return "(There is no build.)"
        build = max(builds, key=lambda each: str(each.created_at))
    if build.output_stream_url is None:
        return "(Its output is not kept any more.)"
    return _read(step, build.output_stream_url.get_secret_value())


def _logs(step: Step[Any]) -> str:
    session = step.heroku.create_log_session(step.app, lines=LOG_LINES, tail=False)
    return _read(step, session.logplex_url.get_secret_value())


def _config_names(step: Step[Any]) -> str:
    """Never a value."""
    return ", ".join(sorted(step.heroku.config_vars(step.app)))[:NAMES_CHARACTERS]


def _read(step: Step[Any], link: str) -> str:
    """The end of what stands behind a link, which is a secret itself."""
    try:
        page = step.fetch(link, trusted=True, most_bytes=OUTPUT_BYTES, last=True)
    except Unreachable:
        return "(It could not be read.)"
    if page.status != 200:
        return "(It could not be read.)"
    return last_of(lines_fit_to_be_kept(page.text))


_TOLD: Final[Mapping[str, tuple[str, Callable[[Step[Any]], str]]]] = {
    "releases": ("The app's latest releases, the newest first", _releases),
    "build_output": ("The end of the build's output", _build_output),
    "logs": ("The end of the app's log", _logs),
    "config_names": ("The names of the app's config vars", _config_names),
}
