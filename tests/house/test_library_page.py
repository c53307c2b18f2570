"""The page on the rules that ship shows every one of them, with what it takes, and how it is turned on."""

import re

import pytest

from heroku.fields import SENT
from rules.files.loading import Source, load
from rules.model import Mode
from toolbelt.crew import HOME
from toolbelt.reference.library import PARTS, Shipped, shipped
from toolbelt.reference.parts import anchors, named
from workers.actions import SPECS
from workers.rulebooks import library

PAGE = (HOME / "docs" / "library.md").read_text()
CHAPTERS = dict(re.findall(r"^### (\S+)\n(.*?)(?=^###|^<!-- end)", PAGE, re.MULTILINE | re.DOTALL))
EVERY = pytest.mark.parametrize("each", shipped(), ids=[each.name for each in shipped()])


def test_the_page_has_each_made_part_once() -> None:
    assert sorted(named(PAGE)) == sorted(PARTS)


def test_every_rule_has_a_chapter_and_a_line_that_leads_there() -> None:
    assert list(CHAPTERS) == [each.name for each in shipped()]
    assert len(CHAPTERS) == len(library())
    assert [name for name in CHAPTERS if f"](#{name})" not in PAGE or name not in anchors(PAGE)] == []


@EVERY
def test_a_chapter_says_what_the_rule_hears_may_and_takes(each: Shipped) -> None:
    chapter = CHAPTERS[each.name]
    heard = {on.include for part in (each.rule, each.rule.after, each.rule.missing) if part for on in part.on}
    told = re.findall(r"^\| hears \| (.+) \|$", chapter, re.MULTILINE)
    assert {include for include in SENT if f"`{include}`" in told[0]} == heard
    assert [group for group, level in each.rule.access.items() if f"`{group}: {level.word}`" not in chapter] == []
    assert [name for name in each.parameters if f"\n| `{name}` |" not in chapter] == []
    assert chapter.startswith("\n" + each.story[0])


@EVERY
def test_what_the_page_shows_turns_the_rule_on(each: Shipped) -> None:
    [shown] = re.findall(r"^```yaml\n(.*?)^```", CHAPTERS[each.name], re.MULTILINE | re.DOTALL)
    book = load([Source("shown.yaml", shown)], actions=SPECS, library=library())
    assert [(rule.name, rule.mode) for rule in book.rules] == [(each.name, Mode.LIVE)]
