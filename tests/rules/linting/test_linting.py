"""What is allowed in a rule and hardly meant is told, with its place; what is meant is left alone."""

from textwrap import dedent, indent

import pytest

from rules.examining import examine
from rules.files.loading import Source
from workers.actions import SPECS
from workers.rulebooks import library

NOTIFY = "[{notify: {to: log, text: hello}}]"
ROLLBACK = "[{rollback: {to: last-good}}]"
HELD = "limit: {max: 3, within: 1d}\naccess: {releases: write}"


def warnings(lines: str, *, do: str = NOTIFY) -> list[str]:
    """What is told of a rule with these lines: its key, and the words."""
    text = (
        "version: 1\nrules:\n" + indent(dedent(lines).strip() + f"\ndo: {do}", "    ").replace("    ", "  - ", 1) + "\n"
    )
    text = text.replace("  - ", "  - name: a-rule\n    ", 1)
    examined = examine([Source("mine.yaml", text)], actions=SPECS)
    assert examined.book is not None, "\n".join(map(str, examined.problems))
    assert {problem.severity for problem in examined.problems} <= {"warning"}
    return [problem.told.removeprefix("rules[0].") for problem in examined.problems]


WRONG = {
    # subscriptions that bring nothing
    "a release is never destroyed": ("on: api:release.destroy", "on: Heroku never sends api:release.destroy"),
    "formation create": ("on: api:formation.create", "(did you mean api:formation.update?)"),
    "api:dyno update": ("on: [dyno.create, api:dyno.update]", "on[1]: Heroku never sends api:dyno.update"),
    "partner never sent": (
        "on: api:release.update\nafter: {on: api:build.destroy, within: 1h}",
        "after.on: Heroku never sends api:build.destroy",
    ),
    # paths that lead nowhere
    "misspelt field": ("on: api:release\nmatch: {data.statsu: failed}", "(did you mean data.status?)"),
    "misspelt in the middle": ("on: api:release\nmatch: {data.slugg.commit: x}", "(did you mean data.slug.commit?)"),
    "misspelt at the end": ("on: dyno\nmatch: {data.release.verion: 1}", "(did you mean data.release.version?)"),
    "in another place": ("on: api:release\nmatch: {data.commit: x}", "(did you mean data.slug.commit?)"),
    "not in a list of ours": ("on: api:app\nmatch: {data.app.name: x}", "api:app has no data.app.name"),
    "only the other dyno": ("on: api:dyno\nmatch: {data.exit_status: 1}", "only dyno tells of it"),
    "one of two entities": (
        "on: [dyno.create, api:release.update]\nmatch: {data.status: failed}",
        "dyno has no data.status",
    ),
    "in a group": ("on: api:release\nmatch: {any: [{data.statsu: failed}]}", "match.any[0].data.statsu: "),
    "denied and unknown": (
        "on: api:release\nmatch: {data.statsu: {not: failed}}",
        "has no data.statsu, as far as is known: this always holds",
    ),
    "each": ("on: api:release.update\neach: data.relase.id", "each: api:release has no data.relase.id"),
    "one of each": (
        "on: api:release.update\neach: [app.id, data.relase.id]",
        "each[1]: api:release has no data.relase.id",
    ),
    "changed": ("on: api:formation.update\nchanged: data.quantty", "changed.path: api:formation has no data.quantty"),
    "partner's match": (
        "on: api:build.update\nafter: {on: api:release, match: {data.statsu: failed}, within: 1h}",
        "after.match.data.statsu: api:release has no data.statsu",
    ),
    "same, ours": (
        "on: dyno.destroy\nafter: {on: api:release.update, within: 1h, same: {data.relase.id: data.id}}",
        "(did you mean data.release.id?)",
    ),
    "same, theirs": (
        "on: dyno.destroy\nafter: {on: api:release.update, within: 1h, same: {data.release.id: data.idd}}",
        "api:release has no data.idd",
    ),
    # values that never stand there
    "misspelt value": ("on: api:release\nmatch: {data.status: faild}", "(did you mean failed?)"),
    "misspelt in a list": (
        "on: api:build\nmatch: {data.status: [failed, expired]}",
        "match.data.status[1]: api:build never has the status",
    ),
    "misspelt and denied": ("on: api:release\nmatch: {data.status: {not: faild}}", "match.data.status.not: "),
    "crash of api:dyno": (
        "on: api:dyno\nmatch: {data.state: crashed}",
        "never tells of a crash: listen to dyno.destroy",
    ),
    "crash without its end": (
        "on: dyno.update\nmatch: {data.state: crashed, data.type: web}",
        "a crash is told as the end of a dyno: listen to dyno.destroy",
    ),
    "number as a text": ('on: dyno\nmatch: {data.exit_status: "1"}', "data.exit_status is a number"),
    "truth as a text": ("on: api:release\nmatch: {data.current: yes}", "(did you mean true?)"),
    "text as a number": ("on: api:release\nmatch: {data.description: 5}", "data.description is a text"),
    "the event's version": ("on: api:release\nmatch: {version: {gt: 1}}", "(did you mean data.version?)"),
    "the event's version, equal": ("on: dyno.create\nmatch: {version: 3}", "(did you mean data.release.version?)"),
    "a text compared": ("on: api:release\nmatch: {data.created_at: {gt: 5}}", "gt holds only for numbers"),
    "a number globbed": ('on: api:release\nmatch: {data.version: {glob: "4*"}}', "glob holds only for texts"),
    "a group as a value": ("on: api:release\nmatch: {data.slug: abc}", "(did you mean data.slug.id?)"),
    "another action": ("on: api:release.update\nmatch: {action: create}", "the rule hears only update"),
    "changed to nowhere": (
        "on: api:release.update\nchanged: {path: data.status, from: pending, to: faild}",
        "(did you mean failed?)",
    ),
    # clauses that shut each other out
    "list and not": (
        "on: api:release\nmatch: {data.status: [pending], none: [{data.status: pending}]}",
        "nothing can be at data.status that fits this and match.data.status",
    ),
    "two groups": (
        "on: api:release\nmatch: {all: [{data.status: pending}, {data.status: failed}]}",
        "the rule can never match",
    ),
    "all values denied": (
        "on: api:build\nmatch: {data.status: {not: [pending, succeeded, failed], exists: true}}",
        "nothing can be at data.status",
    ),
    "no number": ("on: api:formation\nmatch: {data.quantity: {gt: 5, lt: 3}}", "nothing can be at data.quantity"),
    "no number either": ("on: api:formation\nmatch: {data.quantity: {gt: 5, lte: 5}}", "nothing can be"),
    "gone and there": ('on: api:release\nmatch: {data.stack: {exists: false, glob: "*"}}', "nothing can be"),
    "changed to what is not wanted": (
        "on: api:release.update\nmatch: {data.status: failed}\nchanged: {path: data.status, to: succeeded}",
        "the rule can never match",
    ),
    "partner's clauses": (
        "on: api:build.update\nafter: {on: api:release, match: {data.version: {gt: 9, lt: 1}}, within: 1h}",
        "after.match.data.version: nothing can be",
    ),
    # nothing is left out
    "always there": ("on: api:release\nmatch: {data.id: {exists: true}}", "every event of api:release fits this"),
    "every name": ('on: api:release\nmatch: {app.name: {glob: "*"}}', "every event of api:release fits this"),
    "every value": (
        "on: api:build\nmatch: {data.status: [pending, failed, succeeded]}",
        "every event of api:build fits",
    ),
    "every way": (
        'on: api:app\nmatch: {any: [{data.name: x}, {app.name: {glob: "*"}}]}',
        "every event of api:app fits",
    ),
    # expressions
    "misspelt in an expression": (
        'on: api:release\nwhen: data.statsu == "failed"',
        "when: api:release has no data.statsu",
    ),
    "misspelt in the second": (
        'on: api:release\nwhen: [data.status == "failed", "has(event.data.slugg)"]',
        "when[1]: api:release has no data.slugg",
    ),
    "misspelt of the release": ("on: dyno.create\nwhen: release.verion > 1", "(did you mean data.release.version?)"),
    "a text compared in CEL": (
        "on: api:release.update\nwhen: data.description > 1",
        "when: comes to no answer on any sample of api:release: > cannot take such values",
    ),
    "no truth": ("on: api:release.update\nwhen: data.version", "it is neither true nor false, but a number"),
    "misspelt value in CEL": ("on: api:release\nwhen: data.status == 'faild'", "(did you mean failed?)"),
    "misspelt value in CEL, the other way round": (
        "on: api:release\nwhen: \"'faild' != data.status\"",
        "mean failed?)",
    ),
    "misspelt value in a list of CEL": (
        "on: api:build\nwhen: data.status in ['failed', 'expired']",
        "api:build never has the status expired",
    ),
    "a number as a text in CEL": (
        "on: dyno.destroy\nwhen: event.data.exit_status != '1' && data.type == 'web'",
        "data.exit_status is a number",
    ),
    "nothing looked at": ("on: dyno.create\nwhen: 1 < 2", "looks at nothing of the event"),
    # the rest
    "key that can be null": ("on: api:release.update\neach: data.slug.id", "each: is sometimes null"),
    "one-offs": ("on: dyno.destroy\nmatch: {data.state: crashed}", "add `data.type: web`"),
    "one-offs by status": ("on: dyno\nmatch: {data.exit_status: {gt: 0}}", "match.data.exit_status: one-off dynos"),
    "access unused": ("on: dyno.create\naccess: {apps: read}", "access.apps: is granted, and no step uses it"),
    "apps unused": ('on: dyno.create\non_apps: ["acme-*"]', "on_apps: no step touches any app"),
}


@pytest.mark.parametrize(("lines", "told"), WRONG.values(), ids=WRONG)
def test_what_is_hardly_meant_is_told_once(lines: str, told: str) -> None:
    found = warnings(lines)
    assert len(found) == 1, found
    assert told in found[0]


WRONG_AND_CHANGING = {
    "no limit": ("on: api:release.update\nmatch: {data.status: failed}\naccess: {releases: write}", "limit: {max: 3"),
    "more access than needed": (
        "on: api:release.update\nmatch: {data.status: failed}\nlimit: {max: 1, within: 1d}\naccess: {releases: full}",
        "access.releases: full is granted, and write is enough",
    ),
    "own effect": (
        f"on: api:release.update\nmatch: {{data.status: succeeded}}\n{HELD}",
        "what it does comes back as api:release and fits this rule",
    ),
    "own restart": (f"on: dyno.create\n{HELD}", "what it does comes back as dyno"),
}


@pytest.mark.parametrize(("lines", "told"), WRONG_AND_CHANGING.values(), ids=WRONG_AND_CHANGING)
def test_what_is_hardly_meant_with_a_change_is_told_once(lines: str, told: str) -> None:
    found = warnings(lines, do=ROLLBACK)
    assert len(found) == 1, found
    assert told in found[0]


RIGHT = {
    "a plain rule": "on: api:release.update\nmatch: {data.status: failed}\neach: data.id",
    "what Heroku leaves open": "on: api:release\nmatch: {data.pstable.web.command: x}",
    "an entity's own field in a group": (
        "on: [dyno, api:release]\nmatch: {any: [{data.status: failed}, {data.state: up, data.type: web}]}"
    ),
    "a list that contains": "on: api:addon\nmatch: {data.config_vars: DATABASE_URL}",
    "null is denied": "on: api:release\nmatch: {data.description: {exists: false}}",
    "one-offs meant": "on: dyno.destroy\nmatch: {data.state: crashed, data.type: run}",
    "everything but one": "on: api:release\nmatch: {data.status: {not: failed}}",
    "a range": "on: api:formation\nmatch: {data.quantity: {gte: 5, lte: 5}}",
    "one of two may hold": "on: api:release\nmatch: {any: [{data.status: failed}, {data.status: expired}]}",
    "an expression for some": 'on: api:release.update\nwhen: data.slug.commit.startsWith("a")',
    "values in CEL": "on: dyno.destroy\nwhen: data.state in ['down', 'crashed'] && 'web' == data.type",
    "an expression of the release": "on: dyno.destroy\nwhen: release.version > 3 && data.type == 'web'",
    "everything of an entity, narrowed by an expression": "on: api:release\nwhen: data.version > 3",
    "one thing is left out": "on: api:addon\nmatch: {none: [{action: destroy}]}",
    "changed without more": "on: api:formation.update\nchanged: {path: data.quantity, to: 0}",
    "a process type that came": "on: api:formation\nmatch: {action: [update]}",
}


@pytest.mark.parametrize("lines", RIGHT.values(), ids=RIGHT)
def test_what_is_meant_is_left_alone(lines: str) -> None:
    assert warnings(lines) == []


RIGHT_AND_CHANGING = {
    "another state than its own effect": f"on: api:release.update\nmatch: {{data.status: failed}}\n{HELD}",
    "deploys only": f"on: api:release\nmatch: {{data.description: {{prefix: Deploy}}}}\n{HELD}",
    "a person is asked each time": (
        "on: api:release.update\nmatch: {data.status: failed}\napprove_within: 1h\naccess: {releases: write}"
    ),
    "access that is of use": (
        "on: api:release.update\nmatch: {data.status: failed}\nlimit: {max: 1, within: 1d}\n"
        "access: {releases: write, builds: read}"
    ),
}


@pytest.mark.parametrize("lines", RIGHT_AND_CHANGING.values(), ids=RIGHT_AND_CHANGING)
def test_what_is_meant_with_a_change_is_left_alone(lines: str) -> None:
    assert warnings(lines, do=ROLLBACK) == []


@pytest.mark.parametrize(
    ("quantity", "scale", "heard"),
    [
        pytest.param("0", "at_least: 1", False, id="one at least is not none"),
        pytest.param("0", "at_least: 0", True, id="none at least may be none"),
        pytest.param("5", "at_most: 4", False, id="four at most are not five"),
        pytest.param("[2, 9]", "at_least: 3, at_most: 8", False, id="neither more nor less"),
        pytest.param("5", "at_least: 1", True, id="one at least may be five"),
        pytest.param("0", "quantity: 1", False, id="exactly one"),
        pytest.param("0", "quantity: 0", True, id="exactly none"),
        pytest.param("0", "size: basic", True, id="another size leaves the number open"),
    ],
)
def test_a_rule_hears_its_own_scaling_only_if_the_quantity_fits(quantity: str, scale: str, heard: bool) -> None:
    when = f"match: {{data.type: web}}\nchanged: {{path: data.quantity, to: {quantity}}}"
    limits = "limit: {max: 1, within: 1d}\naccess: {formation: write}"
    found = warnings(f"on: api:formation.update\n{when}\n{limits}", do=f"[{{scale: {{type: web, {scale}}}}}]")
    assert ["comes back as api:formation" in text for text in found] == [True] * heard


@pytest.mark.parametrize("file", library(), ids=lambda source: source.name)
def test_nothing_is_to_be_said_of_the_library(file: Source) -> None:
    assert list(map(str, examine([file], actions=SPECS).problems)) == []


def test_a_template_that_prints_nothing_is_told() -> None:
    text = '[{notify: {to: log, text: "{{ app.name }} {{ data.relase.id }} {{ data.release.id }}"}}]'
    [told] = warnings("on: dyno.create", do=text)
    assert told.startswith("do[0].notify.text: dyno has no data.relase.id, as far as is known: it prints nothing")


def test_what_never_comes_is_looked_over_all_the_same() -> None:
    assert len(warnings("on: api:release.destroy\nmatch: {data.statsu: failed}")) == 2


def test_what_follows_from_a_misspelt_field_is_not_told_besides() -> None:
    [told] = warnings(f"on: dyno.destroy\nmatch: {{data.stat: crashed}}\n{HELD}", do=ROLLBACK)
    assert "(did you mean data.state?)" in told


def test_what_a_loop_names_is_no_field() -> None:
    text = '[{notify: {to: log, text: "{% for item in data.artifacts %}{{ item.kind }}{% endfor %}"}}]'
    assert warnings("on: api:release.create", do=text) == []


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("steps.notify.outcome == 'done'", []),
        ("steps.notify.exit_code == 0", []),
        ("data.statsu == 'failed'", ["do[1].if: api:release has no data.statsu"]),
        ("data.version > 'y'", ["do[1].if: comes to no answer"]),
    ],
)
def test_the_if_of_a_step_is_tried_too(condition: str, told: list[str]) -> None:
    steps = f"""[{{notify: {{to: log, text: a}}}}, {{if: "{condition}", notify: {{to: log, text: b}}}}]"""
    found = warnings("on: api:release.update", do=steps)
    assert [text[: len(start)] for text, start in zip(found, told, strict=True)] == told


def test_the_caret_points_into_an_expression() -> None:
    line = "    when: data.version > 3 && data.statsu == 'x'"
    text = f"version: 1\nrules:\n  - name: a\n    on: api:release\n{line}\n    do: {NOTIFY}\n"
    [problem] = examine([Source("mine.yaml", text)], actions=SPECS).problems
    assert (problem.line, problem.column) == (5, line.index("data.statsu") + 1)
    assert str(problem).splitlines()[1:] == [f"    {line}", " " * (4 + line.index("data.statsu")) + "^"]
