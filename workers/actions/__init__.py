"""The actions that rules may take: this literal is the table of contents, one file each."""

from collections.abc import Mapping

from rules.actions import ActionSpec
from workers.actions import (
    addon,
    agent,
    build,
    call,
    check,
    collaborator,
    config,
    deliver,
    domain,
    http,
    logs,
    maintenance,
    notify,
    redeploy,
    restart,
    rollback,
    run,
    scale,
    wait,
)
from workers.actions.base import Action

ACTIONS: Mapping[str, Action] = {
    "addon": addon.ACTION,
    "agent": agent.ACTION,
    "build": build.ACTION,
    "call": call.ACTION,
    "check": check.ACTION,
    "collaborator": collaborator.ACTION,
    "config": config.ACTION,
    "deliver": deliver.ACTION,
    "domain": domain.ACTION,
    "http": http.ACTION,
    "logs": logs.ACTION,
    "maintenance": maintenance.ACTION,
    "notify": notify.ACTION,
    "redeploy": redeploy.ACTION,
    "restart": restart.ACTION,
    "rollback": rollback.ACTION,
    "run": run.ACTION,
    "scale": scale.ACTION,
    "wait": wait.ACTION,
}

OURS = frozenset({"deliver"})  # which only the service itself takes
SPECS: Mapping[str, ActionSpec] = {name: action.spec for name, action in ACTIONS.items() if name not in OURS}
