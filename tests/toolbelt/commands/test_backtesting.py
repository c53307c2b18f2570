"""`rules backtest` says what rules would have done about what Redis keeps, or a file holds, and changes nothing."""

import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from click.testing import CliRunner, Result

from core import layout, past, records
from core.past import Past
from heroku.samples import encode, sample
from toolbelt.cli import main
from toolbelt.crew import HOME
from toolbelt.servers import Server

FILE = """\
version: 1
rules:
  - name: crashing
    on: dyno.destroy
    match: {data.state: crashed, data.type: web}
    count: {at_least: 2, within: 10m}
    do: [{notify: {to: log, text: "{{ app.name }} crashed twice"}}]
  - name: fell
    mode: live
    on: api:release.update
    match: {data.status: failed}
    cooldown: 1h
    do: [{notify: {to: log, text: "v{{ data.version }} failed"}}]
"""


class Kept:
    """A Redis in which events are kept, the last one of an hour ago."""

    def __init__(self, server: redis.Redis, url: str) -> None:
        self.server, self.url, self.number = server, url, 0
        self.now = datetime.now(UTC).replace(microsecond=0)

    def put(self, minutes_ago: float, name: str, *, late: float = 0, **more: Any) -> str:
        """An event that happened then, and came `late` seconds later."""
        self.number += 1
        happened = self.now - timedelta(minutes=minutes_ago)
        doc = sample(name, id=f"e{self.number}", at=happened, **more)
        self.record(f"e{self.number}", happened + timedelta(seconds=late), records.pack("event", "", encode(doc)))
        return f"e{self.number}"

    def record(self, id: str, came: datetime, record: bytes) -> None:
        self.server.set(layout.EVENT + id, record)
        self.server.zadd(layout.EVENTS, {id: int(came.timestamp() * 1000)})

    def run(self, *arguments: str, **environment: str | None) -> Result:
        nothing_set = {
            "RULES_PATH": None,
            "RULES_YAML": None,
            "ACT": None,
            "HEROKU_API_KEY": None,
            "HEROKU_APP_ID": None,
        }
        chosen = {**nothing_set, "REDIS_URL": self.url, **environment}
        return CliRunner(env=chosen).invoke(main, ("rules", "backtest", *arguments))

    def json(self, *arguments: str) -> Any:
        ran = self.run(*arguments, "--json")
        assert ran.exit_code == 0, ran.output
        return json.loads(ran.stdout)


@pytest.fixture
def kept(running: Server, server: redis.Redis) -> Kept:
    return Kept(server, running.url)


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "rules.yaml"
    path.write_text(FILE)
    return str(path)


def fired(told: Any) -> list[tuple[str, str]]:
    return [(one["rule"], one["event"]) for one in told["fired"]]


def test_rules_are_run_in_recorded_time(kept: Kept, file: str) -> None:
    kept.put(300, "dyno_crashed")
    kept.put(280, "dyno_crashed_again")
    kept.put(200, "release_update_failed")
    kept.put(190, "release_update_failed")
    kept.put(100, "release_update_failed")
    last = kept.put(90, "dyno_crashed")
    kept.put(95, "dyno_crashed_again", late=600)

    told = kept.json(file)

    assert fired(told) == [("fell", "e3"), ("fell", "e5"), ("crashing", "e7")]
    assert last == "e6"
    crashing, fell = told["rules"]
    assert crashing == {
        "rule": "crashing",
        "mode": "shadow",
        "heard": 4,
        "matched": 4,
        "fired": 1,
        "otherwise": {"window": 3},
        "breaker_opened": None,
    }
    assert (fell["fired"], fell["otherwise"]) == (2, {"cooldown": 1})


def test_it_is_told_with_what_would_have_been_done(kept: Kept, file: str) -> None:
    kept.put(200, "release_update_failed", app="acme-shop")

    said = kept.run(file).output.splitlines()

    assert said[0].startswith("1 event from ")
    assert "30 d were asked for; the oldest event that is kept came at" in said[0]
    [row] = [line for line in said if "acme-shop" in line]
    assert row.split()[3:6] == ["fell", "live", "acme-shop"]
    assert 'notify (to: log; text: "v42 failed")' in row or "notify (to: log; text: v42 failed)" in row


def test_a_breaker_that_would_have_opened_is_told(kept: Kept, tmp_path: Path) -> None:
    path = tmp_path / "limited.yaml"
    path.write_text(FILE.replace("cooldown: 1h", "limit: {max: 1, within: 1d}"))
    for minutes_ago in (300, 200, 100):
        kept.put(minutes_ago, "release_update_failed")

    said = kept.run(str(path)).output

    at = (kept.now - timedelta(minutes=200)).strftime("%Y-%m-%d %H:%M:%S")
    assert f"The breaker of fell would have opened at {at} UTC, and stayed open." in said
    assert "breaker opened 1, breaker 1" in said


def test_nothing_in_redis_is_changed(kept: Kept, file: str) -> None:
    kept.put(200, "release_update_failed")
    before = {key: kept.server.dump(key) for key in kept.server.scan_iter("*")}

    kept.json(file)

    assert {key: kept.server.dump(key) for key in kept.server.scan_iter("*")} == before


def test_only_the_time_app_and_rule_that_were_asked_for(kept: Kept, file: str) -> None:
    kept.put(3_000, "release_update_failed", app="old")
    kept.put(600, "release_update_failed", app="shop")
    kept.put(300, "release_update_failed", app="news")
    kept.put(10, "dyno_crashed", app="news")
    kept.put(9, "dyno_crashed_again", app="news")

    assert fired(kept.json(file, "--since", "1d")) == [("fell", "e2"), ("fell", "e3"), ("crashing", "e5")]
    assert fired(kept.json(file, "--since", "1d", "--until", "8h")) == [("fell", "e2")]
    assert fired(kept.json(file, "--app", "news")) == [("fell", "e3"), ("crashing", "e5")]
    assert fired(kept.json(file, "--rule", "crashing")) == [("crashing", "e5")]


def test_what_cannot_be_read_is_counted(kept: Kept, file: str) -> None:
    kept.put(200, "release_update_failed")
    kept.record("broken", kept.now - timedelta(minutes=150), records.pack("unreadable", "not JSON", b"{"))
    kept.record("foreign", kept.now - timedelta(minutes=140), b"\xff of another version")
    kept.server.zadd(layout.EVENTS, {"let go": int(kept.now.timestamp() * 1000) - 60_000})

    told = kept.json(file)

    assert (told["events"], told["unreadable"]) == (1 + 2, 2)


def test_no_event_is_no_trouble(kept: Kept, file: str) -> None:
    ran = kept.run(file)

    assert (ran.exit_code, ran.output.splitlines()[0]) == (0, "No event is kept of that time.")


def test_a_wait_that_was_over_by_now_is_judged_and_one_that_is_not_is_left(kept: Kept, tmp_path: Path) -> None:
    path = tmp_path / "quiet.yaml"
    path.write_text(FILE.replace("cooldown: 1h", "quiet_for: 30m"))
    kept.put(200, "release_update_failed")
    kept.put(10, "release_update_failed")

    told = kept.json(str(path))

    assert fired(told) == [("fell", "e1")]
    assert told["fired"][0]["at"] == pytest.approx((kept.now - timedelta(minutes=170)).timestamp())
    assert told["rules"][1]["otherwise"] == {"waits": 2}


class TestAgainst:
    @pytest.fixture
    def before(self, tmp_path: Path, kept: Kept) -> str:
        path = tmp_path / "before.yaml"
        path.write_text(FILE.replace("at_least: 2", "at_least: 1").replace("cooldown: 1h", "cooldown: 1m"))
        kept.put(300, "dyno_crashed")
        kept.put(200, "release_update_failed")
        kept.put(190, "release_update_failed")
        return str(path)

    def test_only_the_difference_is_told(self, kept: Kept, file: str, before: str) -> None:
        said = kept.run(file, "--against", before).output

        assert "Only now: 0" in said
        assert "Only before: 2" in said
        assert "The same before and now: 1" in said

    def test_for_programs_too(self, kept: Kept, file: str, before: str) -> None:
        found = kept.json(before, "--against", file)["difference"]

        assert [(one["rule"], one["event"]) for one in found["only_now"]] == [("crashing", "e1"), ("fell", "e3")]
        assert (found["only_before"], found["otherwise"]) == ([], [])

    def test_other_steps_are_a_difference(self, kept: Kept, file: str, before: str, tmp_path: Path) -> None:
        path = tmp_path / "worded.yaml"
        path.write_text(FILE.replace('failed"}', 'fell"}'))

        [found] = kept.json(str(path), "--against", file)["difference"]["otherwise"]

        assert found["before"]["do"] != found["now"]["do"]


class TestFiles:
    def lines(self, tmp_path: Path, *lines: str) -> str:
        path = tmp_path / "events.jsonl"
        path.write_text("\n".join(lines) + "\n")
        return str(path)

    def body(self, name: str, minutes_ago: float, **more: Any) -> str:
        at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
        return encode(sample(name, at=at, **more)).decode()

    def test_events_of_a_file_need_no_redis(self, kept: Kept, file: str, tmp_path: Path) -> None:
        at = (datetime.now(UTC) - timedelta(minutes=9)).timestamp()
        events = self.lines(
            tmp_path,
            self.body("dyno_crashed", 10),
            json.dumps({"accepted_at": at, "body": json.loads(self.body("dyno_crashed_again", 9.5))}),
            "",
            "no JSON",
            "[" * 5_000,
            json.dumps({"accepted_at": 1e300, "body": {}}),
            self.body("dyno_crashed", 100_000),
        )

        ran = kept.run(file, "--events", events, "--json", REDIS_URL=None)

        told = json.loads(ran.stdout)
        assert [one["rule"] for one in told["fired"]] == ["crashing"]
        assert told["fired"][0]["at"] == pytest.approx(at, abs=0.01)
        assert (told["events"], told["unreadable"]) == (5, 3)

    def test_what_events_show_prints_is_such_a_line(self, kept: Kept, file: str, tmp_path: Path) -> None:
        kept.put(200, "release_update_failed")
        shown = CliRunner(env={"REDIS_URL": kept.url}).invoke(main, ("events", "show", "e1", "--body", "--json"))
        events = self.lines(tmp_path, json.dumps(json.loads(shown.stdout)))

        [one] = json.loads(kept.run(file, "--events", events, "--json", REDIS_URL=None).stdout)["fired"]

        assert (one["rule"], one["event"]) == ("fell", "e1")

    def test_a_file_of_something_else_is_no_file_without_events(self, kept: Kept, file: str) -> None:
        """It was said that no event of that time is in it, and nothing of its lines."""
        number = sum(bool(line.strip()) for line in Path(file).read_text().splitlines())

        said = kept.run(file, "--events", file, REDIS_URL=None).output

        assert said.startswith(f"No event of that time is in the file. {number} could not be read.\n")

    def test_a_file_that_is_not_there_is_called_wrongly(self, kept: Kept, file: str) -> None:
        assert kept.run(file, "--events", "nowhere.jsonl").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "environment", "status", "says"),
    [
        pytest.param(("--since", "yesterday"), {}, 2, "'yesterday' must be a duration", id="no duration"),
        pytest.param(("--since", "1h", "--until", "1h"), {}, 2, "--until must be later", id="no time between"),
        pytest.param(("--rule", "fel"), {}, 2, "did you mean fell?", id="no such rule"),
        pytest.param(("--against", "nowhere.yaml"), {}, 2, "nowhere.yaml", id="no such rules"),
        pytest.param((), {"REDIS_URL": None}, 3, "REDIS_URL is not set", id="no Redis"),
        pytest.param((), {"REDIS_URL": "unix:///tmp/nobody-here.sock"}, 3, "does not answer", id="Redis away"),
    ],
)
def test_what_cannot_be_done_is_explained(
    kept: Kept, file: str, arguments: tuple[str, ...], environment: dict[str, str | None], status: int, says: str
) -> None:
    ran = kept.run(file, *arguments, **environment)

    assert ran.exit_code == status
    assert says in ran.output


class TestPages:
    def test_every_event_comes_once_and_in_order(self, kept: Kept) -> None:
        number = past.PAGE * 2 + 7
        with kept.server.pipeline() as pipeline:
            for n in range(number):
                pipeline.set(f"{layout.EVENT}e{n:05}", records.pack("event", "", b"%d" % n))
                pipeline.zadd(layout.EVENTS, {f"e{n:05}": n // 700})
            pipeline.execute()

        found = list(Past(kept.server).events(0, 100))

        assert [one.body for one in found] == [b"%d" % n for n in range(number)]

    def test_one_that_comes_while_it_is_read_does_no_harm(self, kept: Kept) -> None:
        for n in range(past.PAGE + 1):
            kept.record(f"e{n:05}", datetime.fromtimestamp(n, UTC), records.pack("event", "", b"{}"))
        reading = Past(kept.server).events(0, 10**12)
        first = next(reading)
        kept.record("later", datetime.fromtimestamp(10**6, UTC), records.pack("event", "", b"{}"))

        rest = list(reading)

        assert [first.id, *(one.id for one in rest)] == [*(f"e{n:05}" for n in range(past.PAGE + 1)), "later"]


def test_a_bar_is_drawn_where_a_person_looks_and_not_into_what_a_program_reads(file: str, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_bytes(encode(sample("release_update_failed", at=datetime.now(UTC))) + b"\n")
    screen, theirs = pty.openpty()
    command = [sys.executable, "-m", "toolbelt.cli", "rules", "backtest", file, "--events", str(events), "--json"]
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "COLUMNS": "80"}

    ran = subprocess.run(
        command, cwd=HOME, env=environment, stdout=subprocess.PIPE, stderr=theirs, timeout=60, check=False
    )

    os.close(theirs)
    drawn = os.read(screen, 10_000).decode()
    os.close(screen)
    assert ran.returncode == 0, drawn
    assert "Events" in drawn
    assert json.loads(ran.stdout)["events"] == 1
