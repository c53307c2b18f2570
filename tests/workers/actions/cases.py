"""Every action that changes something on Heroku, as one case each."""

from collections.abc import Callable

from tests.workers.actions.scene import AGAIN, NOT_KNOWN, Case
from tests.workers.world import World
from toolbelt.simulator import provisioning, routing, sharing
from toolbelt.simulator.users import User

PATH = "/apps/*"


def scaled(quantity: int) -> Callable[[World], bool]:
    return lambda world: world.app.formation["web"].quantity == quantity


def us(world: World) -> User:
    return world.simulator.world.account


def works(world: World, who: str) -> bool:
    return who in [each.user.email for each in world.app.collaborators]


def let_in(world: World, who: str) -> None:
    sharing.invite(world.simulator.world, world.app, who, us(world))


def deployed(world: World) -> None:
    world.simulator.deploy(world.app.name)
    world.pass_time(120)


def set_up_config(world: World) -> None:
    world.app.config |= {"OLD": "was", "SAME": "so"}


CASES = [
    Case(
        name="scale",
        do="scale: {type: web, quantity: 3}",
        access={"formation": "write"},
        endpoint="update_formation",
        call=("PATCH", f"{PATH}/formation/web"),
        came="Scaled web from 1 to 3 dynos.",
        again=("not needed", "web is scaled to 3 dynos of size Standard-1X already."),
        holds=scaled(3),
        not_known=["api:dyno"],
        output={"type": "web", "quantity": 3, "size": "Standard-1X", "was": 1},
    ),
    Case(
        name="maintenance",
        do="maintenance: {on: true}",
        access={"apps": "write"},
        endpoint="update_app",
        call=("PATCH", PATH),
        came="Maintenance was switched on.",
        again=("not needed", "Maintenance is on already."),
        holds=lambda world: world.app.maintenance,
        output={"on": True},
    ),
    Case(
        name="restart",
        do="restart: {dyno: web.1}",
        access={"dynos": "write"},
        endpoint="restart_dyno",
        call=("DELETE", f"{PATH}/dynos/web.1"),
        came="Restarted web.1: up again.",
        again=None,
        holds=lambda world: world.app.dynos["web.1"].state == "up",
        output={"dynos": ["web.1"]},
    ),
    Case(
        name="config",
        do="config: {set: {NEW: $A_SECRET, SAME: so}, unset: [OLD, NEVER]}",
        access={"config-vars": "write", "releases": "read"},
        endpoint="update_config_vars",
        call=("PATCH", f"{PATH}/config-vars"),
        came="Set NEW and took away OLD: v42 has them so.",
        again=("not needed", "Config is so already: NEW, SAME as wished, OLD, NEVER not set."),
        holds=lambda world: "NEW" in world.app.config and "OLD" not in world.app.config,
        before=set_up_config,
    ),
    Case(
        name="collaborator added",
        do="collaborator: {add: newcomer@acme.example}",
        access={"collaborators": "full"},
        endpoint="create_collaborator",
        call=("POST", f"{PATH}/collaborators"),
        came="newcomer@acme.example can work on acme-shop now.",
        again=("not needed", "newcomer@acme.example works on acme-shop already."),
        holds=lambda world: works(world, "newcomer@acme.example"),
    ),
    Case(
        name="collaborator removed",
        do="collaborator: {remove: Stranger@elsewhere.example}",
        access={"collaborators": "full"},
        endpoint="delete_collaborator",
        call=("DELETE", f"{PATH}/collaborators/stranger@elsewhere.example"),
        came="Stranger@elsewhere.example cannot work on acme-shop any more.",
        again=("not needed", "Stranger@elsewhere.example does not work on acme-shop."),
        holds=lambda world: not works(world, "stranger@elsewhere.example"),
        before=lambda world: let_in(world, "stranger@elsewhere.example"),
    ),
    Case(
        name="domain added",
        do="domain: {add: www.acme.example}",
        access={"domains": "write"},
        endpoint="create_domain",
        call=("POST", f"{PATH}/domains"),
        came="acme-shop answers to www.acme.example now. Its DNS must point to *.herokudns.com.",
        again=("not needed", "acme-shop answers to www.acme.example already."),
        holds=lambda world: "www.acme.example" in [domain.hostname for domain in world.app.domains],
    ),
    Case(
        name="domain removed",
        do="domain: {remove: old.acme.example}",
        access={"domains": "full"},
        endpoint="delete_domain",
        call=("DELETE", f"{PATH}/domains/*"),
        came="acme-shop does not answer to old.acme.example any more.",
        again=("not needed", "acme-shop does not answer to old.acme.example."),
        holds=lambda world: "old.acme.example" not in [domain.hostname for domain in world.app.domains],
        before=lambda world: routing.add(world.simulator.world, world.app, "old.acme.example", us(world)),
    ),
    Case(
        name="add-on added",
        do="addon: {add: 'papertrail:choklad', name: logs-1, config: {key: $A_SECRET}}",
        access={"add-ons": "write"},
        endpoint="create_addon",
        call=("POST", f"{PATH}/addons"),
        came="Added logs-1 (papertrail:choklad).",
        again=("not needed", "acme-shop has logs-1 (papertrail:choklad) already."),
        holds=lambda world: "logs-1" in [addon.name for addon in world.app.addons],
        not_known=["api:addon-attachment"],
    ),
    Case(
        name="add-on removed",
        do="addon: {remove: logs-2}",
        access={"add-ons": "full"},
        endpoint="delete_addon",
        call=("DELETE", f"{PATH}/addons/*"),
        came="Removed the add-on logs-2.",
        again=("not needed", "acme-shop has no add-on logs-2 any more."),
        holds=lambda world: "logs-2" not in [addon.name for addon in world.app.addons],
        before=lambda world: provisioning.attached(world.simulator.world, world.app, "papertrail:choklad", "logs-2"),
        not_known=["api:addon-attachment", "api:release"],
    ),
    Case(
        name="redeploy",
        do="redeploy: {release: v41}",
        access={"releases": "write"},
        endpoint="release_slug",
        call=("POST", f"{PATH}/releases"),
        came="v43 (Dynohook: code of v41, config kept) is live, with today's config.",
        again=("not needed", "v43 is live and has this code already."),
        holds=lambda world: world.app.current is world.app.releases[-1],
        before=deployed,
        output={"version": 43},
        not_known=["api:dyno"],
    ),
]
CASES += [
    Case(
        name="run",
        do="run: {command: [bin/mend, '{{ data.name }}'], time_to_live: 5m, env: {KEY: $A_SECRET}}",
        access={"dynos": "full"},
        endpoint="run_dyno",
        call=("POST", f"{PATH}/dynos"),
        came="run.* ended well.",
        again=None,
        holds=lambda world: not [dyno for dyno in world.app.dynos.values() if dyno.one_off],
        output={"exit_status": 0},
        after_lost="unknown",
        lost_told=NOT_KNOWN,
        lost_says="Nothing shows whether the dyno was started; if it was, it is gone again.",
        includes=["dyno"],
    ),
    Case(
        name="build",
        do="build: {url: $A_LINK, checksum: 'SHA256:" + "0" * 64 + "', version: abc123}",
        access={"builds": "full"},
        endpoint="create_build",
        call=("POST", f"{PATH}/builds"),
        came="Built abc123.",
        again=("not needed", "The newest build is of abc123 already."),
        holds=lambda world: world.app.builds[-1].status == "succeeded",
        not_known=["api:dyno", "api:release"],
    ),
]


def crashing(world: World) -> None:
    world.simulator.deploy(world.app.name, "crash")
    world.pass_time(80)


def crashed(world: World) -> dict[str, str]:
    bad = [release for release in world.app.releases if release.version <= 42][-1]
    return {"data.release.id": bad.id}


APART = [
    Case(
        name="rollback",
        do="rollback: {to: last-good}",
        access={"releases": "write"},
        endpoint="rollback",
        call=("POST", f"{PATH}/releases"),
        came="Rolled back from v42 to v41: v43 (Rollback to v41) is live.*",
        again=("not needed", "v42 is no longer live: v43 is running."),
        holds=lambda world: world.app.current is world.app.releases[-1],
        before=crashing,
        event=crashed,
    ),
    Case(
        name="call that may be repeated",
        do="call: {endpoint: update_app, with: {maintenance: true}}",
        access={"apps": "write"},
        endpoint="update_app",
        call=("PATCH", PATH),
        came="Called update_app on acme-shop.",
        again=None,
        holds=lambda world: world.app.maintenance,
        lost_told=AGAIN,
        lost_effects=2,
    ),
    Case(
        name="call that may not be repeated",
        do="call: {endpoint: create_domain, with: {hostname: api.acme.example, sni_endpoint: null}}",
        access={"domains": "write"},
        endpoint="create_domain",
        call=("POST", f"{PATH}/domains"),
        came="Called create_domain on acme-shop.",
        again=None,
        holds=lambda world: "api.acme.example" in [domain.hostname for domain in world.app.domains],
        after_lost="unknown",
        lost_told=NOT_KNOWN,
        lost_says="create_domain got no answer, and what came of it cannot be looked up.",
    ),
    Case(
        name="call that destroys",
        do="call: {endpoint: delete_app}",
        access={"apps": "full"},
        endpoint="delete_app",
        call=("DELETE", PATH),
        came="Called delete_app on acme-shop.",
        again=("not needed", "delete_app: it is not there."),
        lost_told=AGAIN,
        holds=lambda world: world.app.id not in world.simulator.world.apps,
    ),
]
EVERY = [*CASES, *APART]
