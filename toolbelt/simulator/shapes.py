"""The JSON that the Platform API shows for each thing: https://devcenter.heroku.com/articles/platform-api-reference"""

from datetime import datetime
from typing import Any

from toolbelt.simulator.accounts import Account
from toolbelt.simulator.records import App, Build, Dyno, Release, Slug
from toolbelt.simulator.sizes import fixed_id
from toolbelt.simulator.users import User


def second(at: datetime) -> str:
    """`2023-08-03T14:19:07Z`, as the API writes times."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def app_ref(app: App) -> dict[str, Any]:
    return {"id": app.id, "name": app.name}


def user_ref(user: User) -> dict[str, Any]:
    return {"id": user.id, "email": user.email}


def named_ref(name: str) -> dict[str, Any]:
    """Something of Heroku's own, the same in every world: a stack, a region, a plan."""
    return {"id": fixed_id(name), "name": name}


def stack_name(app: App) -> str:
    return "container" if app.container else app.stack


def slug_ref(app: App, slug: Slug | None) -> dict[str, Any] | None:
    """Code as a release shows it; container apps show none."""
    if slug is None or app.container:
        return None
    return {"id": slug.id, "commit": slug.commit, "commit_description": slug.commit_description}


def app_json(app: App) -> dict[str, Any]:
    build_stack = stack_name(app) if app.container else app.build_stack
    return {
        "acm": False,
        "archived_at": None,
        "build_stack": named_ref(build_stack),
        "buildpack_provided_description": None if app.container else "Python",
        "created_at": second(app.created_at),
        "git_url": f"https://git.heroku.com/{app.name}.git",
        "id": app.id,
        "internal_routing": None,
        "maintenance": app.maintenance,
        "name": app.name,
        "organization": None,
        "owner": user_ref(app.owner),
        "region": named_ref(app.region),
        "released_at": second(app.released_at) if app.released_at else None,
        "repo_size": None,
        "slug_size": None,
        "space": {**named_ref("acme-space"), "shield": False} if app.private_space else None,
        "stack": named_ref(stack_name(app)),
        "team": None,
        "updated_at": second(app.updated_at),
        "web_url": f"https://{app.name}-{app.id[-12:]}.herokuapp.com/",
    }


def release_json(app: App, release: Release, now: datetime) -> dict[str, Any]:
    kind = "oci-image" if app.container else "slug"
    return {
        "addon_plan_names": list(release.addon_plans),
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
    source = build.source
    return {
        "app": {"id": app.id},
        "buildpacks": None if app.container else [_buildpack(name) for name in source.buildpacks],
        "created_at": second(build.created_at),
        "id": build.id,
        "output_stream_url": f"https://build-output.example.com/streams/{build.id}",
        "release": {"id": build.release.id} if build.release else None,
        "slug": {"id": build.slug.id} if build.slug and not app.container else None,
        "source_blob": {
            "checksum": source.checksum,
            "url": source.url,
            "version": source.version,
            "version_description": source.version_description,
        },
        "stack": stack_name(app),
        "status": build.status,
        "updated_at": second(build.updated_at),
        "user": user_ref(build.user),
    }


def dyno_json(app: App, dyno: Dyno) -> dict[str, Any]:
    return {
        "app": app_ref(app),
        "attach_url": dyno.attach_url,
        "command": dyno.command,
        "created_at": second(dyno.created_at),
        "id": dyno.id,
        "name": dyno.name,
        "release": {"id": dyno.release.id, "version": dyno.release.version},
        "size": dyno.size,
        "state": dyno.state,
        "type": dyno.type,
        "updated_at": second(dyno.updated_at),
    }


def account_json(account: Account) -> dict[str, Any]:
    return {
        "allow_tracking": True,
        "beta": False,
        "created_at": second(account.created_at),
        "delinquent_at": _second_or_null(account.delinquent_at),
        "email": account.user.email,
        "federated": False,
        "id": account.user.id,
        "last_login": second(account.created_at),
        "name": None,
        "suspended_at": _second_or_null(account.suspended_at),
        "two_factor_authentication": True,
        "updated_at": second(account.created_at),
        "verified": account.verified,
    }


def _second_or_null(at: datetime | None) -> str | None:
    return None if at is None else second(at)


def _buildpack(name: str) -> dict[str, Any]:
    return {"name": name, "url": name if "://" in name else f"urn:buildpack:{name}"}
