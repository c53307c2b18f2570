"""The wake-up message as Celery writes it, spliced from a template: no kombu in the web process.

A wake-up names no row; it says "look at the due list". The contract test publishes the same task through the
installed Celery and compares.
"""

import json
import uuid
from base64 import b64encode
from typing import Literal

Lane = Literal["decide", "act", "wait"]
TASKS: dict[Lane, str] = {"decide": "workers.decide", "act": "workers.act"}

# args, kwargs and Celery's own options; a wake-up carries nothing
_BODY = b64encode(
    json.dumps([[], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]).encode()
).decode()


def _template(lane: Lane) -> tuple[str, ...]:
    """The message cut where the task id and the delivery tag go."""
    message = {
        "body": _BODY,
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {
            "lang": "py",
            "task": TASKS[lane],
            "id": "TASK-ID",
            "shadow": None,
            "eta": None,
            "expires": None,
            "group": None,
            "group_index": None,
            "retries": 0,
            "timelimit": [None, None],
            "root_id": "TASK-ID",
            "parent_id": None,
            "argsrepr": "()",
            "kwargsrepr": "{}",
            "origin": "dynohook",
            "ignore_result": True,
            "replaced_task_nesting": 0,
            "stamped_headers": None,
            "stamps": {},
        },
        "properties": {
            "correlation_id": "TASK-ID",
            "reply_to": "",
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": lane},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": "TAG",
        },
    }
    return tuple(json.dumps(message).replace('"TAG"', '"TASK-ID"').split("TASK-ID"))


_TEMPLATES: dict[Lane, tuple[str, ...]] = {lane: _template(lane) for lane in TASKS}


def envelope(lane: Lane) -> str:
    """One wake-up for `lane`, with an id of its own. Whoever decides judges the waits too."""
    return uuid.uuid4().hex.join(_TEMPLATES["decide" if lane == "wait" else lane])
