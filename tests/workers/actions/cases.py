"""Every action that changes something on Heroku, as one case each."""

from collections.abc import Callable

from tests.workers.actions.scene import Case
from tests.workers.world import World

PATH = "/apps/*"


def scaled(quantity: int) -> Callable[[World], bool]:
    return lambda world: world.app.formation["web"].quantity == quantity


def set_up_config(world: World) -> None:
    world.app.config |= {"OLD": "was", "SAME": "so"}


CASES = [
    Case(
        name="scale",
        do="scale: {type: web, quantity: 3}",
        access={"formation": "write"},
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
        call=("PATCH", f"{PATH}/config-vars"),
        came="Set NEW and took away OLD: v42 has them so.",
        again=("not needed", "Config is so already: NEW, SAME as wished, OLD, NEVER not set."),
        holds=lambda world: "NEW" in world.app.config and "OLD" not in world.app.config,
        before=set_up_config,
    ),
]
BY_NAME = {case.name: case for case in CASES}
