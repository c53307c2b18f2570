"""The actions that rules may take: this literal is the table of contents, one file each."""

from collections.abc import Mapping

from rules.actions import ActionSpec
from workers.actions import config, maintenance, notify, restart, rollback, scale, wait
from workers.actions.base import Action

ACTIONS: Mapping[str, Action] = {
    "config": config.ACTION,
    "maintenance": maintenance.ACTION,
    "notify": notify.ACTION,
    "restart": restart.ACTION,
    "rollback": rollback.ACTION,
    "scale": scale.ACTION,
    "wait": wait.ACTION,
}

SPECS: Mapping[str, ActionSpec] = {name: action.spec for name, action in ACTIONS.items()}
