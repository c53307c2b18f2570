"""What surrounds the rules of a file is looked over as well."""

import pytest

from rules.examining import examine
from rules.loading import Source
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


@pytest.mark.parametrize(
    ("written", "instead", "words"),
    [
        ("[ops, log]", "log", "mine.yaml:8:3: warning: targets.ops: no rule tells this target anything"),
        ("dyno_crashed", "dyno_crash", "(did you mean dyno_crashed?)"),
        ("expect: [{rule: tell-of-crashes", "expect: [{rule: tell-of-crashs", "(did you mean tell-of-crashes?)"),
        ("expect_not: [{rule: tell-of-crashes", "expect_not: [{rule: nobody", "there is no rule nobody"),
        ("given: {notify:", "given: {notfy:", "no rule that this test is about has a step notfy"),
    ],
)
def test_what_does_not_exist_is_told_with_its_place(written: str, instead: str, words: str) -> None:
    [problem] = told(FILE.replace(written, instead, 1))
    assert words in problem
