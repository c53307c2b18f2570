"""The worker's own application, that can be made deaf: `celery -A tests.workers.deafening worker`.

SIGUSR1 leaves as many messages under way as it may have at once, as acknowledgements do that fail.
"""

import signal
from typing import Any

from celery import signals

from workers.app import app

__all__ = ["app"]


@signals.worker_ready.connect
def deafen_when_told(sender: Any, **_: Any) -> None:
    def deafen(*_: object) -> None:
        under_way = sender.task_consumer.channel.qos
        for number in range(under_way.prefetch_count):
            under_way._delivered[f"never acknowledged {number}"] = None

    signal.signal(signal.SIGUSR1, deafen)
