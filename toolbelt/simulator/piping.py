"""Pipelines, made and found; no event tells of them."""

import re

from toolbelt.simulator.belongings import Pipeline
from toolbelt.simulator.errors import invalid, not_found
from toolbelt.simulator.users import User
from toolbelt.simulator.world import World

NAME = re.compile(r"[a-z][a-z0-9-]{2,29}")


def make(world: World, name: str, user: User) -> Pipeline:
    if not NAME.fullmatch(name):
        raise invalid("Name must start with a letter and can only contain lowercase letters, digits, and dashes.")
    if any(each.name == name for each in world.pipelines):
        raise invalid("Name is already taken.")
    now = world.agenda.now
    made = Pipeline(id=world.new_id(), name=name, owner=user, created_at=now, updated_at=now)
    world.pipelines.append(made)
    return made


def pipeline_named(world: World, wanted: str, user: User) -> Pipeline:
    """The user's pipeline with this name or id; refused with 404 when there is none."""
    found = next((each for each in of(world, user) if wanted in {each.id, each.name}), None)
    if found is None:
        raise not_found("pipeline")
    return found


def of(world: World, user: User) -> list[Pipeline]:
    return [each for each in world.pipelines if each.owner == user]
