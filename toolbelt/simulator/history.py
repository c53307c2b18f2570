"""A believable past for a new app: deploys, some config changes, the last deploy live and well for an hour."""

from datetime import datetime, timedelta

from toolbelt.simulator import provisioning, routing, scaling, sharing
from toolbelt.simulator.configuring import config_value
from toolbelt.simulator.records import PROCESSES, App, Build, Release, Slug, Source
from toolbelt.simulator.running import settled_dynos
from toolbelt.simulator.world import World

WELL_FOR = timedelta(minutes=65)
KEYS = ("LOG_LEVEL", "WEB_CONCURRENCY", "FEATURE_CHECKOUT", "SENTRY_DSN", "MAIL_FROM", "CACHE_SECONDS")
FIRST = ("Initial release", "Enable Logplex", "Attach DATABASE (@ref:postgresql-round-12345)")


def seed(world: World, app: App, releases: int, web_dynos: int) -> None:
    """Give the app so many releases and what belongs to it; no event is told of them."""
    _furnish(world, app, web_dynos)
    for version, at in enumerate(_times(world, releases), start=1):
        last = version == releases
        if last or (version > len(FIRST) and version % 7):
            _deployed(world, app, version, at)
        else:
            _configured(world, app, version, at)
    latest = app.releases[-1]
    latest.current = True
    app.created_at = app.releases[0].created_at
    app.released_at = app.updated_at = latest.updated_at
    settled_dynos(world, app, latest)


def _furnish(world: World, app: App, web_dynos: int) -> None:
    """Its formation, its database, its own host name, and who works on it."""
    for process_type in PROCESSES:
        scaling.add(world, app, process_type, web_dynos if process_type == "web" else 0)
    sharing.own(world, app)
    sharing.add(world, app, world.developer)
    routing.own(world, app)
    provisioning.attached(world, app, "heroku-postgresql", "postgresql-round-12345")


def _times(world: World, releases: int) -> list[datetime]:
    """When each release was made, oldest first, some hours apart."""
    times = [world.agenda.now - WELL_FOR]
    for _ in range(releases - 1):
        times.append(times[-1] - timedelta(seconds=world.chance.uniform(3_600, 3 * 86_400)))
    return times[::-1]


def _deployed(world: World, app: App, version: int, at: datetime) -> None:
    slug = Slug(id=world.new_id(), commit=world.new_commit(), commit_description=f"Change {version}")
    release = _add(world, app, f"Deploy {slug.commit[:8]}", slug, at)
    app.builds.append(
        Build(
            id=world.new_id(), user=world.developer, commit=slug.commit, created_at=at - timedelta(minutes=2),
            updated_at=at, status="succeeded", slug=slug, release=release,
            source=Source(url=f"https://sources.example.com/{slug.commit}.tgz", version=slug.commit),
        )
    )  # fmt: skip


def _configured(world: World, app: App, version: int, at: datetime) -> None:
    """A release of the same code: the first few come from making the app, later ones set config vars."""
    if version <= len(FIRST):
        description = FIRST[version - 1]
    else:
        keys = world.chance.sample(KEYS, k=1 + version % 2)
        app.config |= {key: config_value(world) for key in keys}
        description = f"Set {', '.join(keys)} config vars"
    _add(world, app, description, app.releases[-1].slug if app.releases else None, at)


def _add(world: World, app: App, description: str, slug: Slug | None, at: datetime) -> Release:
    release = Release(
        id=world.new_id(), version=len(app.releases) + 1, description=description, slug=slug,
        config=dict(app.config), user=world.developer, created_at=at, updated_at=at, status="succeeded",
        addon_plans=app.addon_plans(),
    )  # fmt: skip
    app.releases.append(release)
    return release
