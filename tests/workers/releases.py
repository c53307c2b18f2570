"""Release histories for these tests: each factory fills in what a test is not about."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import NAMESPACE_DNS, uuid5

from heroku.models import Release
from workers.actions.choices import Choice
from workers.actions.histories import History
from workers.actions.rolling_back import choose

NOW = datetime(2025, 5, 17, 12, 0, tzinfo=UTC)
DAY = 86_400
HOUR = 3_600


def release(
    version: int,
    slug: str | None = "A",
    description: str | None = "",
    *,
    age: float | None = None,
    status: str = "succeeded",
    current: bool = False,
    eligible: bool | None = True,
    live_after: float | None = None,
) -> Release:
    """One release; `age` in seconds (default: a day for each version below 100), `live_after` how long its release
    phase took. Without a description it is a deploy of its slug."""
    made = NOW - timedelta(seconds=DAY * (100 - version) if age is None else age)
    body: dict[str, Any] = {
        "id": id_of(version),
        "version": version,
        "status": status,
        "current": current,
        "description": f"Deploy {slug or 'image'}0000000"[:15] if description == "" else description,
        "slug": {"id": slug} if slug else None,
        "eligible_for_rollback": eligible,
        "created_at": made.isoformat(),
        "updated_at": (made + timedelta(seconds=live_after)).isoformat() if live_after is not None else None,
    }
    return Release.model_validate(body)


def live(version: int, slug: str | None = "A", description: str | None = "") -> Release:
    """The release that runs, since two minutes."""
    return release(version, slug, description, age=120, current=True)


def id_of(version: int) -> str:
    """The id of the release of that version."""
    return str(uuid5(NAMESPACE_DNS, f"v{version}"))


def history(
    *releases: Release, bad: tuple[str, ...] = (), crashes: dict[int, int] | None = None, now: datetime = NOW
) -> History:
    """A history told from the oldest to the newest; `crashes` by version."""
    seen = {id_of(version): number for version, number in (crashes or {}).items()}
    return History(releases=releases[::-1], bad=frozenset(bad), crashes=seen, now=now.timestamp())


def chosen(
    told: History,
    bad: int,
    *,
    building: bool = False,
    patient: bool = True,
    ours: bool = False,
    only_if_live: bool = True,
    config: Literal["keep", "restore"] | None = None,
    younger_than: float | None = None,
) -> Choice:
    """The choice for the release of version `bad`."""
    return choose(
        told,
        bad_id=id_of(bad),
        building=building,
        patient=patient,
        ours=ours,
        only_if_live=only_if_live,
        config=config,
        younger_than=younger_than,
    )
