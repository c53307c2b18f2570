"""The wake-up that our scripts push is what the installed Celery would publish: no upgrade breaks it unseen."""

import json
from base64 import b64decode
from typing import Any

import pytest
from celery import Celery
from kombu import Queue
from kombu.transport.virtual import Message

from core import layout, queue
from core.queue import TASKS, Lane
from workers.celery_settings import SETTINGS

LANES: tuple[Lane, ...] = ("decide", "act")


def published(lane: Lane) -> dict[str, Any]:
    """The same task as Celery itself publishes it, taken off an in-memory channel."""
    app = Celery("dynohook", broker="memory://")
    app.conf.update({name: value for name, value in SETTINGS.items() if name != "broker_transport_options"})
    app.conf.task_queues = [Queue(name, no_declare=False) for name in LANES]

    @app.task(name=TASKS[lane])
    def wake_up() -> None: ...

    task: Any = wake_up
    with app.connection_for_write() as connection:
        task.apply_async(queue=lane, connection=connection)
        channel: Any = connection.default_channel
        message: dict[str, Any] = channel._get(lane)
    return message


def without_chance(message: dict[str, Any]) -> dict[str, Any]:
    """The message without what differs each time: ids, the tag, who sent it and where an answer would go."""
    headers, properties = dict(message["headers"]), dict(message["properties"])
    for name in ("id", "root_id", "origin"):
        assert isinstance(headers.pop(name), str)
    for name in ("correlation_id", "delivery_tag", "reply_to"):
        assert isinstance(properties.pop(name), str)
    return {**message, "headers": headers, "properties": properties, "body": json.loads(b64decode(message["body"]))}


@pytest.mark.parametrize("lane", LANES)
def test_a_wake_up_is_what_celery_would_publish(lane: Lane) -> None:
    ours, theirs = json.loads(queue.envelope(lane)), published(lane)

    assert without_chance(ours) == without_chance(theirs)


@pytest.mark.parametrize("lane", LANES)
def test_a_wake_up_names_itself_the_same_everywhere(lane: Lane) -> None:
    message = json.loads(queue.envelope(lane))

    ids = {message["headers"]["id"], message["headers"]["root_id"], message["properties"]["correlation_id"]}

    assert len(ids) == 1
    assert json.loads(queue.envelope(lane))["headers"]["id"] not in ids


@pytest.mark.parametrize("lane", LANES)
def test_kombu_reads_a_wake_up(lane: Lane) -> None:
    with Celery("dynohook", broker="memory://").connection_for_write() as connection:
        channel: Any = connection.default_channel
        message = Message(json.loads(queue.envelope(lane)), channel=channel)

        args, kwargs, _ = message.decode()

    assert (args, kwargs) == ([], {})
    assert message.headers["task"] == TASKS[lane]


def test_wake_ups_lie_where_celery_looks_for_them() -> None:
    assert SETTINGS["broker_transport_options"]["global_keyprefix"] == layout.QUEUE
    assert SETTINGS["broker_transport_options"]["priority_steps"] == [0]
