"""A 2xx is a promise: it is given when Redis has the event, and not before."""

from collections.abc import Iterator

import pytest

from tests.harness import events
from tests.harness.stage import Stage, build
from toolbelt.crew import Crew
from toolbelt.servers import Server


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Crew() as crew:
        stage = build(crew, Server(crew, port=0).start())
        yield stage
        stage.close()


def test_nothing_is_acknowledged_while_redis_does_not_answer(stage: Stage) -> None:
    app = stage.add_app()
    crash = events.crash(app)
    stage.server.kill()
    answer = stage.sender.post(crash)
    assert answer is not None
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    stage.server.start()
    stage.sender.burst([crash]).finish()
    stage.settle()
    assert stage.sender.answers[crash["id"]] == ["accepted"]
    assert stage.heroku.app(app.id).newest.description == f"Rollback to v{app.newest.version - 1}"
