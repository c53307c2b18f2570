"""How well four processes share the account's pool: nothing overdrawn, nothing wasted."""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator

from toolbelt import simulation
from toolbelt.bench.figures import Figure
from toolbelt.bench.scene import Scene
from toolbelt.crew import Crew
from toolbelt.simulator.rates import POOL, REFILL_PER_MINUTE
from toolbelt.simulator.remote import Remote

PROCESSES = 4
LEFT = 400  # of the pool, so that it runs dry while we look
APP = "acme-shop"


def budgets(crew: Crew, seconds: float, tell: Callable[[str], None]) -> Iterator[Figure]:
    """Four processes call flat out on a pool that is nearly dry and refills by 75 a minute."""
    tell(f"budgets: {PROCESSES} processes on one pool")
    scene = Scene(crew)
    address = simulation.start(crew, os.environ, token=scene.token, tell=lambda *_: None)
    scene.settings["HEROKU_API_URL"] = address
    lasting = 3 * seconds
    with Remote(address) as heroku:
        heroku.add_app(APP)
        heroku.set_rate(LEFT)
        begun = time.monotonic()
        command = [sys.executable, "-m", "toolbelt.bench.caller", "--app", APP, "--seconds", str(lasting)]
        callers = [crew.start(f"caller {n}", command, env=scene.environment({})) for n in range(PROCESSES)]
        for caller in callers:
            caller.wait(60 + lasting)
        filled = LEFT + (time.monotonic() - begun) * REFILL_PER_MINUTE / 60
    seen: Counter[str] = Counter()
    for caller in callers:
        seen.update(json.loads(caller.output.splitlines()[-1]))
    yield Figure("calls answered 429, four processes flat out", seen["status 429"], "", ("≤", 5), f"pool of {POOL:,}")
    yield Figure("share of the pool that was used", seen["answered"] / filled, "ratio", ("≥", 0.95))
