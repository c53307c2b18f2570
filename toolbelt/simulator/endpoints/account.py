"""/account; what is left of its calls is answered by `api`, as asking for it costs none."""

from toolbelt.simulator import shapes
from toolbelt.simulator.endpoints.asking import Answer, Asked, Endpoint
from toolbelt.simulator.simulator import Simulator


def show(simulator: Simulator, asked: Asked) -> Answer:
    return Answer(shapes.account_json(simulator.world.standing(asked.user)))


def rate_limits(simulator: Simulator, asked: Asked) -> Answer:
    return Answer({"remaining": simulator.world.standing(asked.user).rate.remaining(simulator.now)})


RATE_LIMITS = Endpoint("GET", "/account/rate-limits", "identity", rate_limits)
ENDPOINTS = (Endpoint("GET", "/account", "identity", show), RATE_LIMITS)
