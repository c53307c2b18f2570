"""/apps/{app}/log-sessions"""

from toolbelt.simulator.belonging_shapes import log_session_json
from toolbelt.simulator.endpoints import bodies
from toolbelt.simulator.endpoints.asking import Answer, Asked, Endpoint
from toolbelt.simulator.logbook import LINES_KEPT, LogSession
from toolbelt.simulator.simulator import Simulator


def create(simulator: Simulator, asked: Asked) -> Answer:
    """Leave to read the log; the link in the answer is served by `logplex`."""
    owner, body, world = asked.app(simulator), bodies.fields(asked), simulator.world
    lines = bodies.whole(body, "lines", least=0, most=LINES_KEPT)
    made = LogSession(
        id=world.new_id(),
        key=world.new_id(),
        book=owner.log,
        created_at=simulator.now,
        lines=100 if lines is None else lines,
        tail=bool(bodies.flag(body, "tail")),
        source=bodies.text(body, "source"),
        dyno=bodies.text(body, "dyno_name"),
        type=bodies.text(body, "type"),
    )
    world.log_sessions = {key: each for key, each in world.log_sessions.items() if not each.forgotten(simulator.now)}
    world.log_sessions[made.key] = made
    return Answer(log_session_json(made, asked.base_url), 201)


ENDPOINTS = (Endpoint("POST", "/apps/{app}/log-sessions", "write", create),)
