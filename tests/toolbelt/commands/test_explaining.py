"""`bin/dynohook rules explain`: of a sample or a file without Redis, of a kept event and of now with it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from core import layout
from core.accepting import Arrival
from core.hands import Hands
from core.ledger import Judged, Ledger
from heroku.samples import encode, sample
from rules.files.loading import Source, load
from rules.outlines import outline
from tests.core.world import World
from tests.toolbelt.commands.conftest import Terminal
from workers.actions import SPECS

RULES = """
version: 1
rules:
  - name: scale-back
    mode: live
    on: dyno
    match: {data.state: crashed, data.type: web}
    when: data.exit_status > 0
    count: {at_least: 2, within: 10m}
    cooldown: 1h
    limit: {max: 3, within: 1d}
    approve_within: 4h
    access: {releases: write}
    do:
      - rollback: {to: last-good}
      - notify: {to: log, text: "{{ app.name }}: {{ steps.rollback.sentence }}"}
        if: steps.rollback.outcome == "done"
  - name: hear-releases
    on: [api:release.update, api:build]
    match: {data.status: failed}
    do: [{notify: {to: log, text: "failed"}}]
"""
ID = "01234567-aaaa-4bbb-8ccc-0123456789ab"
Explain = Callable[..., Result]


@pytest.fixture
def explain(terminal: Terminal) -> Explain:
    return lambda *words, **changes: terminal.run("rules", "explain", *words, **{**SETTINGS, **changes})


SETTINGS = {"RULES_YAML": RULES, "RULES_PATH": "rules/library"}
NO_REDIS = {"REDIS_URL": None}


def part(told: str, rule: str) -> list[str]:
    """The lines about one rule."""
    lines = told.splitlines()
    begins = next(number for number, line in enumerate(lines) if line.startswith(f"{rule} "))
    rest = lines[begins:]
    return rest[: rest.index("")] if "" in rest else rest


def test_of_a_sample_every_clause_gate_and_step_is_told_without_redis(explain: Explain) -> None:
    ran = explain("--sample", "dyno_crashed", "--app", "acme-shop", "--set", "data.exit_status=137", **NO_REDIS)

    assert ran.exit_code == 0, ran.output
    assert ran.output.splitlines()[1].endswith("(REDIS_URL is not set, so windows, limits and the like are not known)")
    assert part(ran.output, "scale-back") == [
        "scale-back matched: data.state is crashed, data.type is web, when data.exit_status > 0; "
        "what it asks of earlier events is not known.",
        "   yes  data.state is crashed (saw crashed)",
        "   yes  data.type is web (saw web)",
        "   yes  when data.exit_status > 0 (saw 137)",
        "   gate count: it happens 2 times within 10 min (would be asked)",
        "   gate cooldown: it rests for 1 h after it fired (would be asked)",
        "   gate limit: at most 3 runs with an effect in 1 d (would be asked)",
        "   gate overlap: one run at a time for each key; others wait in a line (would be asked)",
        "   gate approval: a person says yes within 4 h (would be asked)",
        "   plan 1. rollback (to: last-good)",
        '        2. notify (to: log; text: "acme-shop: <rollback.sentence>"), if steps.rollback.outcome == "done"',
    ]
    assert part(ran.output, "hear-releases") == [
        "hear-releases does not listen to dyno.destroy; it listens to api:release.update, api:build."
    ]


def test_a_rule_that_does_not_match_tells_every_clause_those_after_the_failing_one_too(explain: Explain) -> None:
    ran = explain("--sample", "dyno_crashed", "--set", "data.type=worker", "--rule", "scale-back", **NO_REDIS)

    first, *clauses = part(ran.output, "scale-back")
    assert first == "scale-back did not match: it wants that data.type is web, and saw worker."
    assert [line.split()[0] for line in clauses] == ["yes", "no", "yes"]
    assert "hear-releases" not in ran.output


def test_an_event_of_ones_own_is_told_of_as_well(explain: Explain, tmp_path: Path) -> None:
    file = tmp_path / "mine"
    file.write_text(json.dumps(sample("release_update_failed", id=ID)))

    ran = explain("--file", str(file), "--rule", "hear-releases", "--json", **NO_REDIS)

    [told] = json.loads(ran.output)
    [verdict] = told["rules"]
    assert verdict["clauses"] == [{"text": "data.status is failed", "seen": "failed", "holds": True}]
    assert (verdict["matched"], verdict["gate"][0]) == (True, "stale")
    assert ID in told["heading"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param([], 2, "Name one event", id="nothing"),
        pytest.param([ID, "--sample", "dyno_crashed"], 2, "Name one event", id="two things"),
        pytest.param(["--sample", "dyno_crash"], 1, "see bin/dynohook send --list", id="no such sample"),
        pytest.param(["--file", "nowhere"], 1, "nowhere", id="no such file"),
        pytest.param(["--sample", "dyno_crashed", "--rule", "scale"], 1, "called 'scale'", id="no such rule"),
        pytest.param([ID], 1, "there is no event", id="no such event"),
    ],
)
def test_what_cannot_be_explained_is_said(words: list[str], code: int, said: str, explain: Explain) -> None:
    ran = explain(*words)

    assert (ran.exit_code, said in ran.output) == (code, True), ran.output


# --- with a Redis that remembers ---


def told_now(explain: Explain) -> list[str]:
    words = ["--sample", "dyno_crashed", "--app", "acme-shop", "--set", "data.exit_status=1", "--rule", "scale-back"]
    ran = explain(*words)
    assert ran.exit_code == 0, ran.output
    return part(ran.output, "scale-back")


def key_of(explain: Explain) -> str:
    event: Any = sample("dyno_crashed", app="acme-shop")
    return str(event["data"]["app"]["id"])


def test_the_gates_are_told_with_their_numbers_of_this_moment(explain: Explain, terminal: Terminal) -> None:
    name = f"live:scale-back:{key_of(explain)}"
    now = Hands(terminal.redis).now() * 1000
    terminal.redis.zadd(layout.WINDOW + name, {"earlier": now - 60_000})
    terminal.redis.set(layout.COOLDOWN + name, "run", px=252_400)
    terminal.redis.zadd(f"{layout.LIMIT}live:scale-back", {"!a": now, "b": now})
    before = {key: terminal.redis.dump(key) for key in terminal.redis.scan_iter("*")}

    told = told_now(explain)

    assert told[0].endswith("; stopped: cooldown, 4 min 12 s left.")
    assert "   gate count: it happens 2 times within 10 min: open, 2 of 2 with this one" in told
    assert ("   gate cooldown: it rests for 1 h after it fired: closed, 4 min 12 s left") in told
    assert "   gate limit: at most 3 runs with an effect in 1 d: open, 1 of 3 had an effect, 1 under way" in told
    assert "   gate overlap: one run at a time for each key; others wait in a line: open, none is under way" in told
    assert {key: terminal.redis.dump(key) for key in terminal.redis.scan_iter("*")} == before


def test_the_first_of_several_says_how_many_there_are(explain: Explain) -> None:
    assert told_now(explain)[0].endswith("; window 1 of 2.")


def test_a_rule_that_nothing_stops_would_act(explain: Explain) -> None:
    once = RULES.replace("at_least: 2", "at_least: 1")
    words = ["--sample", "dyno_crashed", "--app", "acme-shop", "--set", "data.exit_status=1", "--rule", "scale-back"]

    assert "; it would act.\n" in explain(*words, RULES_YAML=once).output
    assert (
        "; it would be recorded, in shadow, and touch nothing." in explain(*words, RULES_YAML=once, ACT="shadow").output
    )


def test_a_rule_that_would_act_may_end_the_list_there(explain: Explain) -> None:
    first = "- {name: first, mode: live, on: dyno, match: {data.state: crashed}, stop: true, do: [{notify: TEXT}]}"
    rules = RULES.replace("rules:", f"rules:\n  {first.replace('TEXT', '{to: log, text: x}')}")
    words = ["--sample", "dyno_crashed", "--set", "data.exit_status=1"]

    told = explain(*words, RULES_YAML=rules).output

    assert part(told, "first")[0] == "first matched: data.state is crashed; it would act."
    assert part(told, "scale-back")[0].endswith("; stopped: rule first acts on it, and ends the list of rules there.")


def test_a_silence_is_told_with_its_end_by_whom_and_why(explain: Explain, terminal: Terminal) -> None:
    Hands(terminal.redis).silence(app="acme-*", rule="*", seconds=600, by="ada", why="migration")

    assert "stopped: silenced until " in told_now(explain)[0]
    assert told_now(explain)[0].endswith(": migration (ada).")


# --- of kept events ---


def keep(terminal: Terminal, *lines: dict[str, Any], rules: str = RULES) -> None:
    """A crash that was decided so, and the outline of the rules of that time."""
    changes: dict[str, Any] = {"data.exit_status": 1}
    body = encode(sample("dyno_crashed", id=ID, app="acme-shop", **changes))
    world = World(terminal.redis)
    world.keep(Arrival(ID, "event", "dyno", "destroy", "acme-shop", None, body))
    ledger = Ledger(terminal.redis, keep_seconds=3_600)
    claimed = world.claim()
    book = load([Source("rules.yaml", rules)], actions=SPECS, environment={})
    ledger.keep_book("then", outline(book))
    first, *later = [{"b": "then", **line} for line in lines]
    ledger.decide([Judged(ID, first, "", None)], token=claimed.token)
    for line in later:
        terminal.redis.append(layout.EVENT + ID, json.dumps({**line, "at": 1_763_812_800_000}) + "\n")


def test_a_kept_event_is_told_of_from_its_record(explain: Explain, terminal: Terminal) -> None:
    keep(terminal, {"n": [-1], "g": [[0, "cooldown", 252_000]]})

    ran = explain(ID[:8], "--rule", "scale-back")

    assert ran.exit_code == 0, ran.output
    told = part(ran.output, "scale-back")
    assert told[0].endswith("; stopped: cooldown, 4 min 12 s left.")
    assert "   yes  data.type is web (saw web)" in told
    assert "   gate count: it happens 2 times within 10 min: open" in told
    assert ("   gate cooldown: it rests for 1 h after it fired: stopped: cooldown, 4 min 12 s left") in told
    assert "   gate limit: at most 3 runs with an effect in 1 d: not asked yet" in told


def test_a_rule_that_was_changed_since_is_told_of_as_far_as_was_kept(explain: Explain, terminal: Terminal) -> None:
    keep(terminal, {"n": [1], "g": []}, rules=RULES.replace("at_least: 2", "at_least: 5"))

    ran = explain(ID, "--rule", "scale-back")

    assert "The rules have changed since." in ran.output
    assert part(ran.output, "scale-back") == [
        "scale-back did not match: it wants that data.type is web, and saw web.",
        "   yes  data.state is crashed (saw crashed)",
        "   no   data.type is web (saw web)",
        "   ?    when data.exit_status > 0 (saw 1)",
    ]


def test_without_rules_that_load_what_was_kept_is_told_all_the_same(explain: Explain, terminal: Terminal) -> None:
    keep(terminal, {"n": [1], "g": []})

    ran = explain(ID, "--rule", "scale-back", RULES_YAML="rules: [")

    assert "Today's rules do not load here" in ran.output
    assert part(ran.output, "scale-back")[0] == "scale-back did not match: it wants that data.type is web, and saw web."


def test_what_came_of_a_wait_is_told_after_it(explain: Explain, terminal: Terminal) -> None:
    keep(
        terminal,
        {"n": [-1], "g": [[0, "waits", "quiet", 1_763_812_800_000]]},
        {"r": "scale-back", "w": "quiet", "g": [[0, "planned", f"{ID}:scale-back"]]},
    )

    ran = explain(ID)

    assert (
        "; it waits for quiet, until 2025-11-22 12:00:00 UTC; if more comes by then, only the last of it goes on."
        in ran.output
    )
    assert ", of a rule that was put off (quiet)" in ran.output
    assert f"scale-back had been put off; run {ID}:scale-back." in ran.output
    listed = terminal.run("events", "list", **SETTINGS).output
    assert "scale-back: planned" in listed


def test_what_todays_rules_would_do_about_a_kept_event_is_told_on_demand(explain: Explain, terminal: Terminal) -> None:
    keep(terminal, {"n": [-1], "g": [[0, "cooldown", 252_000]]})

    told = part(explain(ID, "--now", "--rule", "scale-back").output, "scale-back")

    assert "; stopped: it was " in told[0]  # of some months ago
    assert " old, and the rule acts up to 1 h." in told[0]


def test_what_became_of_its_run_is_told_beside_the_plan(explain: Explain, terminal: Terminal) -> None:
    run = f"{ID}:scale-back"
    keep(terminal, {"n": [-1], "g": [[0, "planned", run]]})
    plan = {"steps": [{"name": "rollback", "action": "rollback", "params": {}}]}
    told = {"state": "done", "at": 1, "sentence": "Rolled back.", "changed": True, "memory": {}, "output": {}}
    fields: dict[Any, Any] = {
        "rule": "scale-back",
        "mode": "live",
        "state": "done",
        "plan": json.dumps(plan),
        "planned_at": 1,
    }
    terminal.redis.hset(
        layout.RUN + run, mapping={"format": layout.FORMAT, **fields, "step:0": json.dumps(told), "event_id": ID}
    )
    terminal.redis.zadd(layout.RUNS, {run: 1})

    assert "   run  done: Rolled back." in part(explain(ID).output, "scale-back")
    assert json.loads(explain(ID, "--json").output)[0]["runs"] == {"scale-back": "done: Rolled back."}


@pytest.mark.parametrize(
    ("extra", "line"),
    [
        pytest.param(
            "changed: {path: data.quantity, from: 1, to: [2, 3]}",
            "gate changed: data.quantity is not what it was from 1 to 2 or 3: closed, it is 5, seen for the first time",
            id="changed",
        ),
        pytest.param(
            "after: {on: api:release.create, within: 30m}",
            "gate after: api:release.create came in the 30 min before: it would wait, none came",
            id="after",
        ),
        pytest.param(
            "missing: {on: api:release.create, within: 5m}",
            "gate missing: api:release.create does not come in the 5 min after: it would wait, none came yet",
            id="missing",
        ),
        pytest.param("quiet_for: 2m", "gate quiet: nothing more comes for 2 min: it would wait", id="quiet"),
    ],
)
def test_a_gate_that_looks_at_other_events_says_at_which(extra: str, line: str, explain: Explain) -> None:
    rules = f"""
version: 1
rules:
  - name: watch
    mode: live
    on: api:formation
    match: {{data.type: web}}
    {extra}
    do: [{{notify: {{to: log, text: x}}}}]
"""
    words = ["--sample", "formation_update", "--set", "data.quantity=5", "--rule", "watch"]

    assert f"   {line}" in part(explain(*words, RULES_YAML=rules).output, "watch")


def test_an_open_breaker_is_told(explain: Explain, terminal: Terminal) -> None:
    terminal.redis.set(f"{layout.BREAKER}live:scale-back", json.dumps({"at": 1, "event": "x", "max": 3}))

    [line] = [line for line in told_now(explain) if line.startswith("   gate limit")]

    assert ": closed, its breaker is open, 0 of 3 had an effect, 0 under way" in line
