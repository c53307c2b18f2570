"""The JSON that the Platform API shows for each thing: https://devcenter.heroku.com/articles/platform-api-reference"""

from datetime import datetime
from typing import Any

from toolbelt.simulator.outbox import Subscription
from toolbelt.simulator.records import App, Build, Dyno, Release, Slug, User

STACK = "heroku-24"
COMMAND = "bin/web --port $PORT"
SIZE = "Standard-1X"
STACK_ID = "69e166a3-ec10-4a8b-9d4b-6ea3f6c7c0f4"
REGION_ID = "59accabd-516d-4f0e-83e6-6e3757701145"


def second(at: datetime) -> str:
    """`2023-08-03T14:19:07Z`, as the API writes times."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def app_ref(app: App) -> dict[str, Any]:
    return {"id": app.id, "name": app.name}


def user_ref(user: User) -> dict[str, Any]:
    return {"id": user.id, "email": user.email}


def stack_name(app: App) -> str:
    return "container" if app.container else STACK


def slug_ref(app: App, slug: Slug | None) -> dict[str, Any] | None:
    """Code as a release shows it; container apps show none."""
    if slug is None or app.container:
        return None
    return {"id": slug.id, "commit": slug.commit, "commit_description": slug.commit_description}


def app_json(app: App) -> dict[str, Any]:
    stack = {"id": STACK_ID, "name": stack_name(app)}
    return {
        "acm": False,
        "archived_at": None,
        "build_stack": stack,
        "buildpack_provided_description": None if app.container else "Python",
        "created_at": second(app.created_at),
        "git_url": f"https://git.heroku.com/{app.name}.git",
        "id": app.id,
        "internal_routing": None,
        "maintenance": False,
        "name": app.name,
        "organization": None,
        "owner": user_ref(app.owner),
        "region": {"id": REGION_ID, "name": "us"},
        "released_at": second(app.released_at) if app.released_at else None,
        "repo_size": None,
        "slug_size": None,
        "space": None,
        "stack": stack,
        "team": None,
        "updated_at": second(app.updated_at),
        "web_url": f"https://{app.name}-{app.id[-12:]}.herokuapp.com/",
    }


def release_json(app: App, release: Release, now: datetime) -> dict[str, Any]:
    kind = "oci-image" if app.container else "slug"
    return {
        "addon_plan_names": ["heroku-postgresql:essential-0"],
        "app": app_ref(app),
        "artifacts": [{"type": kind, "id": release.slug.id}] if release.slug else [],
        "created_at": second(release.created_at),
        "current": release.current,
        "description": release.description,
        "eligible_for_rollback": app.eligible(release, now),
        "id": release.id,
        "output_stream_url": f"https://release-output.example.com/streams/{release.id}" if app.release_phase else None,
        "slug": slug_ref(app, release.slug),
        "status": release.status,
        "updated_at": second(release.updated_at),
        "user": user_ref(release.user),
        "version": release.version,
    }


def build_json(app: App, build: Build) -> dict[str, Any]:
    source = f"https://sources.example.com/{build.id}.tgz"
    return {
        "app": {"id": app.id},
        "buildpacks": None if app.container else [{"name": "heroku/python", "url": "urn:buildpack:heroku/python"}],
        "created_at": second(build.created_at),
        "id": build.id,
        "output_stream_url": f"https://build-output.example.com/streams/{build.id}",
        "release": {"id": build.release.id} if build.release else None,
        "slug": {"id": build.slug.id} if build.slug and not app.container else None,
        "source_blob": {"checksum": None, "url": source, "version": build.commit, "version_description": None},
        "stack": stack_name(app),
        "status": build.status,
        "updated_at": second(build.updated_at),
        "user": user_ref(build.user),
    }


def dyno_json(app: App, dyno: Dyno) -> dict[str, Any]:
    return {
        "app": app_ref(app),
        "attach_url": None,
        "command": COMMAND,
        "created_at": second(dyno.created_at),
        "id": dyno.id,
        "name": dyno.name,
        "release": {"id": dyno.release.id, "version": dyno.release.version},
        "size": SIZE,
        "state": dyno.state,
        "type": dyno.type,
        "updated_at": second(dyno.updated_at),
    }


def webhook_json(subscription: Subscription) -> dict[str, Any]:
    """A subscription as the API lists it: without its secret, which is told once only."""
    return {
        "created_at": second(subscription.created_at),
        "id": subscription.id,
        "include": sorted(subscription.include),
        "level": subscription.level,
        "updated_at": second(subscription.created_at),
        "url": subscription.url,
    }


def account_json(user: User, since: datetime) -> dict[str, Any]:
    return {
        "allow_tracking": True,
        "beta": False,
        "created_at": second(since),
        "delinquent_at": None,
        "email": user.email,
        "federated": False,
        "id": user.id,
        "last_login": second(since),
        "name": None,
        "suspended_at": None,
        "two_factor_authentication": True,
        "updated_at": second(since),
        "verified": True,
    }
