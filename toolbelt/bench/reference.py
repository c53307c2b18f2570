"""What accepts are compared with: the same endpoint, which verifies and parses and then keeps nothing."""

import gc
import os
import time

from starlette.applications import Starlette
from starlette.routing import Route

from core import logs
from core.accepting import Arrival
from heroku.signature import Verifier
from receiver.counting import Tally
from receiver.deliveries import PATH, Deliveries
from receiver.grouping import Kept


async def _keep_nothing(_: Arrival) -> Kept:
    return "accepted"


async def _save_nothing(_: object) -> None:
    """There is no Redis here."""


_deliveries = Deliveries(Verifier([os.environ["WEBHOOK_SECRET"]]), _keep_nothing, Tally(_save_nothing, time.monotonic))
app = Starlette(routes=[Route(PATH, _deliveries, methods=["POST"])])
logs.set_up("logfmt")
gc.collect()
gc.freeze()
