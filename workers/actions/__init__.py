"""The actions that rules may take: this literal is the table of contents, one file each."""

from collections.abc import Mapping

from rules.actions import ActionSpec
from workers.actions import notify, rollback
from workers.actions.base import Action

ACTIONS: Mapping[str, Action] = {
    "notify": notify.ACTION,
    "rollback": rollback.ACTION,
}

SPECS: Mapping[str, ActionSpec] = {name: action.spec for name, action in ACTIONS.items()}
