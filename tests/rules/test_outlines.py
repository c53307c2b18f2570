"""What is kept of rules beside their decisions: enough for a page, and small."""

import json

from rules.outlines import LONGEST_LINE, outline
from tests.rules.factories import book, rule_text

EXTRA = """
description: Takes it back.
access: {releases: write}
limit: {max: 3, within: 1d}
cooldown: 2h
"""
STEPS = """[
  {rollback: {to: last-good}, if: data.version > 1},
  {notify: {to: log, text: "{{ app.name }} was rolled back"}}]"""


def test_the_outline_tells_what_the_rule_asks_and_does_as_it_is_written() -> None:
    [kept] = outline(book(rule_text(EXTRA, do=STEPS)))

    assert kept["description"] == "Takes it back."
    assert kept["asks"] == ["it rests for 2 h after it fired", "at most 3 runs with an effect in 1 d"]
    assert kept["do"] == [
        "rollback (to: last-good), if data.version > 1",
        'notify (to: log; text: "{{ app.name }} was rolled back")',
    ]


def test_no_text_makes_the_outline_long() -> None:
    long = "x" * 1_000
    [kept] = outline(book(rule_text(f"description: {long}", do=f"[{{notify: {{to: log, text: {long}}}}}]")))

    assert kept["description"] == "x" * (LONGEST_LINE - 1) + "…"
    assert len(json.dumps(kept)) < 1_000
