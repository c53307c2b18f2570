"""What a rule in shadow would have done, from real decisions to the report that a person reads."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from core import layout
from heroku.access import Grant
from heroku.client import Heroku
from tests.workers.world import APP, ROLL_BACK, TOKEN, Worker, World
from toolbelt.cli import main
from toolbelt.servers import Server

SHADOW = ROLL_BACK.replace("mode: live", "mode: shadow")
BOTH = ROLL_BACK + SHADOW.partition("rules:\n")[2].replace("name: roll-back", "name: trial").replace(
    "  - name", "\n  - name"
)


class Reports:
    """The command, on rules that stand in a file."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self._file = folder / "rules.yaml"
        self._redis_url = redis_url

    def run(self, rules: str, *words: str, act: str = "") -> Result:
        self._file.write_text(rules)
        env = {"REDIS_URL": self._redis_url, "RULES_PATH": str(self._file), "RULES_YAML": "", "ACT": act}
        ran = CliRunner(env=env).invoke(main, ["rules", "shadow", *words])
        assert ran.exit_code == 0, ran.output
        return ran

    def read(self, rules: str, *words: str) -> dict[str, Any]:
        """The report on the only rule asked for."""
        [report] = json.loads(self.run(rules, "--json", *words).stdout)["rules"]
        assert isinstance(report, dict)
        return report


@pytest.fixture
def reports(tmp_path: Path, running: Server) -> Reports:
    return Reports(tmp_path, running.url)


def at_work(world: World, rules: str) -> Worker:
    """A worker that has beaten once, so that what its decisions refer to is kept."""
    worker = world.worker(rules)
    worker.ticker.beat()
    return worker


def roll_back(world: World) -> None:
    """A person does, on the dashboard."""
    target = next(release.id for release in world.simulator.app(APP).releases if release.version == 41)
    with Heroku(TOKEN, base_url=world.address, grant=Grant.everything("a person")) as heroku:
        heroku.rollback(APP, release=target)
    world.deliver(*world.releases(43))


def test_a_person_did_what_the_rule_would_have_done(world: World, reports: Reports) -> None:
    world.deliver(world.crashing())
    worker = at_work(world, SHADOW)
    worker.drain()
    roll_back(world)
    worker.drain()

    report = reports.read(SHADOW)
    assert (report["rule"], report["fired"], report["missed"]) == ("roll-back", 1, 0)
    assert {outcome: number for outcome, number in report["outcomes"].items() if number} == {"same": 1}
    assert report["ready"] is None
    assert report["sentence"].startswith("Not enough evidence: it has been in force for ")
    said = reports.run(SHADOW).output
    assert "would have acted   once over " in said
    assert f"{APP}: somebody rolled the app back within 10 min; look: bin/dynohook events show " in said


def test_a_rollback_that_the_rule_would_not_have_made_is_named_with_what_stopped_it(
    world: World, reports: Reports
) -> None:
    rules = SHADOW.replace("each: data.release.id", "each: data.release.id\n    count: {at_least: 2, within: 10m}")
    world.deliver(world.crashing())
    worker = at_work(world, rules)
    worker.drain()
    roll_back(world)
    worker.drain()

    report = reports.read(rules)
    assert (report["fired"], report["missed"], report["ready"]) == (0, 1, False)
    assert [missed["gate"] for missed in report["misses"]] == [["window", 1, 2]]
    assert f"{APP}: window 1 of 2" in reports.run(rules).output


def test_our_own_rollback_is_no_person_s(world: World, reports: Reports) -> None:
    world.deliver(world.crashing())
    worker = at_work(world, BOTH)
    worker.drain()
    world.pass_time(15)
    world.deliver(*world.releases(43))
    worker.drain()

    report = reports.read(BOTH)
    assert report["rule"] == "trial"
    assert {outcome: number for outcome, number in report["outcomes"].items() if number} == {"ours": 1}
    assert report["missed"] == 0


def test_a_rule_that_was_changed_begins_anew(world: World, reports: Reports) -> None:
    world.deliver(world.crashing())
    at_work(world, SHADOW).drain()
    changed = SHADOW.replace("data.state: crashed", "data.state: crashed, data.type: web")
    world.simulator.crash(APP)
    world.deliver(world.crashes()[-1])
    at_work(world, changed).drain()

    report = reports.read(changed)
    assert (report["fired"], report["fired_by_earlier_versions"]) == (1, 1)


def test_a_replay_is_no_second_firing(world: World, reports: Reports) -> None:
    world.deliver(world.crashing())
    worker = at_work(world, SHADOW)
    worker.drain()
    [event] = [each.id for each in world.hands.events(most=10) if each.state == "decided"]
    world.hands.replay(event, by="ada", why="again")
    worker.drain()

    assert reports.read(SHADOW)["fired"] == 1


def test_rules_that_act_keeps_in_shadow_are_told_of_too(world: World, reports: Reports) -> None:
    """Whoever begins with ACT=shadow has live rules, and was told of none."""
    assert "would have acted" in reports.run(ROLL_BACK, act="shadow").output


def test_that_no_rule_is_in_shadow_is_said(world: World, reports: Reports) -> None:
    assert "No rule is in shadow" in reports.run(ROLL_BACK).output


def test_nothing_kept_is_said(world: World, reports: Reports) -> None:
    world.server.delete(layout.EVENTS)
    assert "No event of the last 30 d is kept." in reports.run(SHADOW).output
    assert reports.read(SHADOW, "--since", "1h")["since"] is None


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        pytest.param(["nobody"], 1, "there is no rule 'nobody'", id="no such rule"),
        pytest.param(["roll-bakc"], 1, "there is no rule 'roll-bakc'; did you mean roll-back?", id="a slip"),
        pytest.param(["--since", "long"], 2, "must be a duration", id="no duration"),
        pytest.param(["--since", "31d"], 2, "at most 30d", id="too long"),
    ],
)
def test_what_cannot_be_asked_is_said(
    tmp_path: Path, running: Server, words: list[str], status: int, says: str
) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(SHADOW)
    env = {"REDIS_URL": running.url, "RULES_PATH": str(file), "RULES_YAML": ""}
    ran = CliRunner(env=env).invoke(main, ["rules", "shadow", *words])
    assert (ran.exit_code, says in ran.output) == (status, True)
