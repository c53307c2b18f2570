"""What surrounds the rules of a file is looked over as well."""

import pytest

from rules.examining import examine
from rules.files.loading import Source
from workers.actions import SPECS

FILE = """\
version: 1
rules:
  - name: tell-of-crashes
    on: dyno.destroy
    match: {data.state: crashed, data.type: web}
    do: [{notify: {to: [ops, log], text: crashed}}]
targets:
  ops: {slack: $OPS_SLACK_URL}
  system: {slack: $OPS_SLACK_URL}
tests:
  - name: a crash is told
    events: [{sample: dyno_crashed, at: 0s}]
    given: {notify: {outcome: done}}
    expect: [{rule: tell-of-crashes, at: 0s}]
    expect_not: [{rule: tell-of-crashes, at: 5s}]
"""


def told(text: str) -> list[str]:
    return [str(problem).splitlines()[0] for problem in examine([Source("mine.yaml", text)], actions=SPECS).problems]


def test_there_is_nothing_to_say_of_a_good_file() -> None:
    assert told(FILE) == []


def test_what_a_test_changes_is_looked_up_in_samples_without_metadata_too() -> None:
    sample = "dyno_without_metadata, at: 0s, with: {data.exit_status: 1}"
    assert told(FILE.replace("dyno_crashed, at: 0s", sample)) == []


@pytest.mark.parametrize(
    ("written", "instead", "words"),
    [
        ("[ops, log]", "log", "mine.yaml:8:3: warning: targets.ops: no rule tells this target anything"),
        ("dyno_crashed", "dyno_crash", "(did you mean dyno_crashed?)"),
        ("at: 0s}]", "at: 0s, with: {data.exit_stats: 1}}]", "it is added (did you mean data.exit_status?)"),
        ("expect: [{rule: tell-of-crashes", "expect: [{rule: tell-of-crashs", "(did you mean tell-of-crashes?)"),
        ("expect_not: [{rule: tell-of-crashes", "expect_not: [{rule: nobody", "there is no rule nobody"),
        ("given: {notify:", "given: {notfy:", "no rule that this test is about has a step notfy"),
    ],
)
def test_what_does_not_exist_is_told_with_its_place(written: str, instead: str, words: str) -> None:
    [problem] = told(FILE.replace(written, instead, 1))
    assert words in problem


SHELVED = """\
version: 1
rules:
  - name: tell-of-crashes
    on: dyno.destroy
    match: {data.state: crashed}
    do: [{notify: {to: log, text: crashed}}]
"""


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ("match: {data.state: up, data.stat: up}", "mine.yaml:4:29", "(did you mean data.state?)"),
        ("mode: live", "mine.yaml:3:10", "library.yaml:5: match.data.state: one-off dynos"),
    ],
)
def test_a_used_rule_is_looked_over_as_it_becomes(changes: str, place: str, words: str) -> None:
    mine = Source("mine.yaml", f"version: 1\nrules:\n  - use: tell-of-crashes\n    {changes}\n")
    [problem] = examine([mine], actions=SPECS, library=[Source("library.yaml", SHELVED)]).problems
    assert str(problem).startswith(f"{place}: warning: ")
    assert words in str(problem)


def test_files_are_told_of_in_their_order_and_by_line() -> None:
    text = SHELVED + SHELVED.partition("rules:\n")[2].replace("tell-of-crashes", "tell-again")
    other = text.replace("tell", "say")
    problems = examine([Source("b.yaml", text), Source("a.yaml", other)], actions=SPECS).problems
    assert [(problem.file, problem.line) for problem in problems] == [
        ("b.yaml", 5),
        ("b.yaml", 9),
        ("a.yaml", 5),
        ("a.yaml", 9),
    ]
