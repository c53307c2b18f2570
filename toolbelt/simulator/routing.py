"""The host names of an app: Heroku's own, and those that people add."""

import re
from functools import partial

from toolbelt.simulator import telling
from toolbelt.simulator.belongings import Domain
from toolbelt.simulator.errors import forbidden, invalid, not_found
from toolbelt.simulator.records import App
from toolbelt.simulator.users import User
from toolbelt.simulator.world import World

HOSTNAME = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


def own(world: World, app: App) -> None:
    """Heroku's own name for the app."""
    now = world.agenda.now
    name = f"{app.name}-{app.id[-12:]}.herokuapp.com"
    app.domains.append(Domain(world.new_id(), name, "heroku", None, now, now, status="none"))


def add(world: World, app: App, hostname: str, actor: User) -> Domain:
    """Add a name that no app has yet; it is served after a while."""
    if not HOSTNAME.fullmatch(hostname):
        raise invalid(f"{hostname} is not a valid hostname.")
    for other in world.apps.values():
        if any(domain.hostname == hostname for domain in other.domains):
            whose = "this" if other is app else "another"
            raise invalid(f"{hostname} is currently in use by {whose} app.")
    now = world.agenda.now
    cname = f"round-plum-{world.new_commit()[:20]}.herokudns.com"
    made = Domain(world.new_id(), hostname, "custom", cname, now, now)
    app.domains.append(made)
    telling.domain_changed(world, app, made, "create", actor)
    world.after(app, world.timings.domain, partial(_serve, world, app, made))
    return made


def remove(world: World, app: App, wanted: str, actor: User) -> Domain:
    """Remove the name; Heroku's own stays."""
    found = next((each for each in app.domains if wanted in {each.id, each.hostname}), None)
    if found is None:
        raise not_found("domain")
    if found.kind == "heroku":
        raise forbidden(f"{found.hostname} belongs to Heroku and cannot be removed.")
    app.domains.remove(found)
    found.updated_at = world.agenda.now
    telling.domain_changed(world, app, found, "destroy", actor)
    return found


def _serve(world: World, app: App, domain: Domain) -> None:
    if domain in app.domains:
        domain.status, domain.updated_at = "succeeded", world.agenda.now
        telling.domain_changed(world, app, domain, "update", world.platform)
