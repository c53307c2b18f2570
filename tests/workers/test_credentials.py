"""When a worker starts it says what its token cannot do, before a rule finds out at night."""

import pytest

from heroku.client import Heroku
from rules.files.loading import Source, load
from tests.workers.world import ROLL_BACK, World
from workers import credentials
from workers.actions import SPECS


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        pytest.param(["global"], [], id="everything"),
        pytest.param(["identity", "write"], [], id="just enough"),
        pytest.param(
            ["identity", "read"],
            ["rollback needs the scope write", "release_slug needs the scope write"],
            id="only reading",
        ),
    ],
)
def test_what_the_live_rules_need_and_the_token_lacks_is_named(world: World, scope: list[str], said: list[str]) -> None:
    token = world.heroku.issue_token(scope).token
    book = load([Source("rules.yaml", ROLL_BACK)], actions=SPECS)

    with Heroku(token, base_url=world.address) as heroku:
        found = credentials.problems(heroku, book)

    assert [problem.split(" or ")[0] for problem in found if "needs the scope write" in problem] == said


def test_a_rule_about_a_missing_event_needs_heroku_s_list_of_events() -> None:
    text = ROLL_BACK.replace("access: {releases: write}", "missing: {on: dyno.create, within: 5m}").split("    do:")[0]
    [rule] = load([Source("r.yaml", f"{text}    do: [{{notify: {{to: log, text: x}}}}]\n")], actions=SPECS).rules

    assert [endpoint.name for endpoint in credentials.endpoints(rule)] == ["list_webhook_events"]


def test_rules_in_shadow_need_nothing(world: World) -> None:
    book = load([Source("rules.yaml", ROLL_BACK.replace("mode: live", "mode: shadow"))], actions=SPECS)

    with Heroku("HRKU-not-known", base_url=world.address) as heroku:
        assert credentials.problems(heroku, book) == []


def test_a_token_that_is_no_good_is_told_of_once(world: World) -> None:
    worker = world.worker(token="HRKU-not-known")

    credentials.look(worker.crew)
    credentials.look(worker.crew)

    [told] = world.told()
    assert "Heroku's token is not enough" in told
    assert "HRKU-not-known" not in told


def test_a_heroku_that_does_not_answer_stops_nothing(world: World) -> None:
    worker = world.worker()
    with Heroku("HRKU-x", base_url="http://127.0.0.1:9", timeout=1.0) as nobody:
        worker.crew.heroku = nobody

        credentials.look(worker.crew)

    assert world.told() == []
