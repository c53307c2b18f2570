"""Add-ons: ordered, provided after a while with their config vars, removed with them; each way a release."""

import re
from functools import partial

from toolbelt.simulator import configuring, telling
from toolbelt.simulator.belongings import Addon
from toolbelt.simulator.catalogue import Service, cents, plan_named, service_of
from toolbelt.simulator.errors import conflict, invalid, not_found, unverified
from toolbelt.simulator.records import App
from toolbelt.simulator.users import User
from toolbelt.simulator.world import World

NAME = re.compile(r"[a-zA-Z][A-Za-z0-9_-]+")


def order(
    world: World, app: App, plan: str, user: User, *, name: str | None = None, attachment: str | None = None
) -> Addon:
    """Ask for an add-on; its config vars come when it is provided."""
    _, full = plan_named(plan)
    if cents(full) and not world.standing(user).verified:
        raise unverified("install this add-on plan")
    if name is not None and not NAME.fullmatch(name):
        raise invalid("Name must start with a letter and can only contain letters, digits, dashes and underscores.")
    if name is not None and any(addon.name == name for each in world.apps.values() for addon in each.addons):
        raise invalid("Name is already taken.")
    made = _made(world, app, full, name, attachment)
    app.addons.append(made)
    telling.addon_changed(world, app, made, "create", user)
    telling.attachment_changed(world, app, made, "create", user)
    world.after(app, world.timings.provision, partial(_provide, world, app, made))
    return made


def remove(world: World, app: App, addon: Addon, user: User) -> None:
    """Take it away with its config vars."""
    if addon.state == "provisioning":
        raise conflict(f"Add-on {addon.name} is still being provisioned. Try again when it is done.")
    app.addons.remove(addon)
    addon.state, addon.updated_at = "deprovisioned", world.agenda.now
    for key in addon.values:
        app.config.pop(key, None)
    telling.attachment_changed(world, app, addon, "destroy", user)
    telling.addon_changed(world, app, addon, "destroy", user)
    configuring.release(world, app, f"Detach {addon.attachment} (@ref:{addon.name})", user)


def addon_named(app: App, wanted: str) -> Addon:
    """The app's add-on with this name or id; refused with 404 when there is none."""
    found = next((each for each in app.addons if wanted in {each.id, each.name}), None)
    if found is None:
        raise not_found("add-on")
    return found


def attached(world: World, app: App, plan: str, name: str) -> None:
    """An add-on that the app has had for long."""
    made = _made(world, app, plan_named(plan)[1], name, None)
    made.state = "provisioned"
    app.addons.append(made)
    app.config |= made.values


def _made(world: World, app: App, plan: str, name: str | None, attachment: str | None) -> Addon:
    service, now = service_of(plan), world.agenda.now
    place = attachment or _free_place(app, service)
    kind = service.name.removeprefix("heroku-")
    values = {f"{place}_{suffix}": f"{kind}://{world.new_commit()[:16]}" for suffix in service.suffixes}
    return Addon(
        id=world.new_id(), name=name or f"{kind}-round-{world.chance.randint(10_000, 99_999)}", service=service.name,
        plan=plan, attachment_id=world.new_id(), attachment=place, provider_id=world.new_id(), created_at=now,
        updated_at=now, values=values,
    )  # fmt: skip


def _free_place(app: App, service: Service) -> str:
    taken = {addon.attachment for addon in app.addons}
    if service.attachment not in taken:
        return service.attachment
    prefix = service.name.replace("-", "_").upper()
    return next(place for number in range(1, 1_000) if (place := f"{prefix}_{number}") not in taken)


def _provide(world: World, app: App, addon: Addon) -> None:
    if addon not in app.addons:
        return
    provider = world.user(service_of(addon.plan).provider)
    addon.state, addon.updated_at = "provisioned", world.agenda.now
    app.config |= addon.values
    telling.addon_changed(world, app, addon, "update", provider)
    configuring.release(world, app, f"Attach {addon.attachment} (@ref:{addon.name})", provider)
