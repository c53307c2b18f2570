"""Rules of the library taken over with `use`, and rules with parameters: what they come to, and where faults stand."""

from typing import Any

import pytest

from rules.errors import Problem, RuleErrors
from rules.files.loading import Source, load
from rules.model import Mode
from rules.rulebook import Rulebook
from tests.rules.factories import ACTIONS, rule_text

OUTSIDER = Source(
    "library/outsider.yaml",
    """\
version: 1
rules:
  - name: outsider
    description: Somebody from outside was let in.
    with:
      domain: {description: The domain of your people., example: acme.example}
      rest: {description: How long it rests., default: 10m}
      times: {description: How often it must happen., default: 2}
    on: api:collaborator.create
    when: "!data.user.email.endsWith('@${domain}')"
    count: {at_least: "${times}", within: 1h}
    cooldown: ${rest}
    do: [{notify: {to: log, text: "not from ${domain} in $${HOME}, ${times} times"}}]
""",
)
PLAIN = Source("library/plain.yaml", rule_text("cooldown: 5m", name="plain"))
WEB = "match: {data.state: crashed, data.type: web}"
CRASHES = Source("library/crashes.yaml", rule_text(WEB, name="crashes", on="dyno.destroy"))
LIBRARY = (OUTSIDER, PLAIN)
REST = "    on: dyno.create\n    do: [{notify: {to: log, text: x}}]"


def mine(rules: str) -> Source:
    return Source("mine.yaml", f"version: 1\nrules:\n{rules}")


def loaded(*sources: Source) -> Rulebook:
    return load(sources, actions=ACTIONS, environment={"HOME": "/secret", "domain": "secret"}, library=LIBRARY)


def problems(*sources: Source) -> list[Problem]:
    try:
        loaded(*sources)
    except RuleErrors as errors:
        return list(errors.problems)
    return []


def test_a_rule_of_the_library_is_taken_over_with_values_and_changes() -> None:
    [rule] = loaded(mine("  - use: outsider\n    with: {domain: x.example, times: 3}\n    mode: live")).rules

    assert (rule.name, rule.mode, rule.place) == ("outsider", Mode.LIVE, "mine.yaml:3")
    assert rule.match.clauses == ("when !data.user.email.endsWith('@x.example')",)
    assert rule.count is not None
    assert (rule.count.at_least, rule.cooldown_seconds) == (3, 600.0)
    assert rule.do[0].params["text"] == "not from x.example in ${HOME}, 3 times"


def test_what_is_not_loaded_is_not_in_force() -> None:
    assert loaded(mine("  - use: plain")).templates == ()
    assert [rule.name for rule in loaded(mine("  []")).rules] == []


def test_a_change_replaces_the_whole_of_a_key_and_may_use_the_parameters() -> None:
    changes = "    do: [{notify: {to: log, text: 'only ${domain}'}}]\n    count: {at_least: 1, within: 5m}"
    [rule] = loaded(mine(f"  - use: outsider\n    with: {{domain: x.example}}\n{changes}")).rules

    assert rule.do[0].params["text"] == "only x.example"
    assert rule.count is not None
    assert (rule.count.at_least, rule.count.within_seconds) == (1, 300.0)


def test_a_match_beside_use_adds_to_the_rules_own() -> None:
    """Somebody wanted a rule for crashes for one app only, and had it for every dyno of that app that ended."""
    mine_only = mine("  - use: crashes\n    match: {app.name: acme-shop, data.type: [web, api]}")
    [rule] = load([mine_only], actions=ACTIONS, library=[CRASHES]).rules
    assert rule.match.clauses == ("data.state is crashed", "data.type is one of web, api", "app.name is acme-shop")


def test_what_is_used_takes_the_place_of_the_rule_that_ships() -> None:
    used = mine(f"  - use: outsider\n    with: {{domain: x.example}}\n  - name: mine\n{REST}")

    after, before = loaded(*LIBRARY, used), loaded(used, *LIBRARY)

    assert [(rule.name, rule.place) for rule in after.rules] == [
        ("outsider", "mine.yaml:3"),
        ("plain", "library/plain.yaml:3"),
        ("mine", "mine.yaml:5"),
    ]
    assert [rule.name for rule in before.rules] == ["outsider", "mine", "plain"]
    assert after.templates == before.templates == ()


def test_under_a_name_of_its_own_it_stands_beside_the_rule_that_ships() -> None:
    book = loaded(*LIBRARY, mine("  - use: plain\n    name: second\n    cooldown: 1m"))

    assert [(rule.name, rule.cooldown_seconds) for rule in book.rules] == [("plain", 300.0), ("second", 60.0)]


def test_a_rule_that_waits_for_a_value_is_a_template_and_judges_nothing() -> None:
    book = loaded(*LIBRARY)
    [template] = book.templates

    assert [rule.name for rule in book.rules] == ["plain"]
    assert (template.name, template.needs, template.place) == ("outsider", ("domain",), "library/outsider.yaml:3")
    assert template.description == "Somebody from outside was let in."
    assert template.example is not None
    assert template.example.match.clauses == ("when !data.user.email.endsWith('@acme.example')",)


def test_a_template_without_an_example_cannot_be_shown_at_work() -> None:
    [template] = loaded(declaring("{a: {description: x}}", "${a}")).templates

    assert (template.needs, template.example) == (("a",), None)


def declaring(parameters: str, text: str) -> Source:
    return mine(
        f"  - name: t\n    with: {parameters}\n    on: dyno.create\n    do: [{{notify: {{to: log, text: '{text}'}}}}]"
    )


@pytest.mark.parametrize(
    ("default", "text", "result"),
    [
        pytest.param("x", "a ${a} b ${a}", "a x b x", id="within a text"),
        pytest.param("3", "number ${a}", "number 3", id="a number"),
        pytest.param("true", "it is ${a}", "it is true", id="a truth"),
        pytest.param("x", "$${a} ${a}", "${a} x", id="as it is"),
        pytest.param("'${b}'", "${a}.", "${b}.", id="a value is not filled again"),
        pytest.param("x", "$a {a} $$ ${a}", "$a {a} $$ x", id="only the whole mark"),
    ],
)
def test_a_parameter_stands_where_a_text_says_so(default: str, text: str, result: str) -> None:
    [rule] = loaded(declaring(f"{{a: {{description: x, default: {default}}}}}", text)).rules

    assert rule.do[0].params["text"] == result


def test_a_rule_without_parameters_is_left_alone_and_nothing_comes_from_the_environment() -> None:
    source = mine("  - name: t\n    on: dyno.create\n    do: [{notify: {to: log, text: '${HOME} ${domain} $${HOME}'}}]")

    assert loaded(source).rules[0].do[0].params["text"] == "${HOME} ${domain} $${HOME}"


def test_the_digest_follows_the_values_and_not_how_they_came() -> None:
    def digest(rules: str) -> Any:
        return loaded(mine(rules)).rules[0].digest

    used = digest("  - use: outsider\n    with: {domain: x.example}")

    assert used == digest("  - use: outsider\n    with: {rest: 10m, domain: 'x.example'}")
    assert used != digest("  - use: outsider\n    with: {domain: y.example}")
    assert used != digest("  - use: outsider\n    with: {domain: x.example}\n    mode: live")


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        pytest.param(
            "  - use: outsidr",
            "mine.yaml:3:10: rules[0].use: is not a rule of the library; there are outsider, plain"
            " (did you mean outsider?)",
            id="unknown rule",
        ),
        pytest.param(
            "  - use: outsider",
            "mine.yaml:3:10: rules[0].use: needs `with: {domain: …}`: The domain of your people.",
            id="missing value",
        ),
        pytest.param(
            "  - use: outsider\n    with: {domian: x, domain: y}",
            "mine.yaml:4:12: rules[0].with.domian: is not a parameter of outsider;"
            " its parameters are domain, rest, times (did you mean domain?)",
            id="unknown parameter",
        ),
        pytest.param(
            "  - use: plain\n    with: {a: 1}", "with.a: is not a parameter of plain; it takes none", id="none"
        ),
        pytest.param("  - use: outsider\n    with: {domain: }", "with.domain: has no value", id="blank value"),
        pytest.param(
            "  - use: outsider\n    with: {domain: [x]}",
            "mine.yaml:3:10: rules[0].use: library/outsider.yaml:10: when: the value of domain cannot stand within",
            id="a list within a text",
        ),
        pytest.param(
            "  - use: outsider\n    with: {domain: x, rest: soon}",
            "mine.yaml:3:10: rules[0].use: library/outsider.yaml:12: cooldown: must be a duration",
            id="a value that does not fit",
        ),
        pytest.param(
            '  - use: outsider\n    with: {domain: "x\' y"}',
            "mine.yaml:3:10: rules[0].use: library/outsider.yaml:10: when: the expression: y is not known here",
            id="a value that breaks an expression",
        ),
        pytest.param(
            "  - use: plain\n    cooldown: soon", "mine.yaml:4:15: rules[0].cooldown: must be a duration", id="change"
        ),
        pytest.param(
            "  - use: plain\n    cooldwn: 1m", "4:5: rules[0].cooldwn: is not known here (did", id="unknown key"
        ),
        pytest.param(
            "  - use: outsider\n    with: {domain: x}\n    do: [{notify: {to: log, text: '${domein}'}}]",
            "mine.yaml:5:35: rules[0].do[0].notify.text: there is no parameter domein; there are domain, rest, times."
            " $${domein} stands for the text (did you mean domain?)",
            id="unknown mark in a change",
        ),
        pytest.param("  - use: plain\n  - use: plain", "4:10: rules[1].use: another rule is called plain", id="twice"),
        pytest.param(
            "  - use: plain\n    name: a\n  - use: plain\n    name: a",
            "mine.yaml:6:11: rules[1].name: another rule is called a already: mine.yaml:4",
            id="names twice",
        ),
        pytest.param("  - use: [plain]", "rules[0].use: must be a text", id="no text"),
        pytest.param("  - use:", "rules[0].use: must be a text", id="blank"),
        pytest.param(
            "  - use: plain\n    with: x", "mine.yaml:4:11: rules[0].with: must be a mapping", id="no mapping"
        ),
        pytest.param("  - use: plain\n    name: 3", "mine.yaml:4:11: rules[0].name: must be a text", id="no name"),
    ],
)
def test_a_mistake_in_taking_over_is_told_at_its_place(rules: str, told: str) -> None:
    found = problems(mine(rules))

    assert [problem.file for problem in found] == ["mine.yaml"] * len(found)
    assert told in str(found[0])


def test_a_rule_of_ones_own_is_not_replaced() -> None:
    own = Source("own.yaml", rule_text(name="plain"))

    [problem] = problems(own, mine("  - use: plain"))
    assert str(problem).startswith("mine.yaml:3:10: rules[0].use: another rule is called plain already: own.yaml:3")
    [problem] = problems(mine("  - use: plain"), own)
    assert str(problem).startswith("own.yaml:3:11: rules[0].name: another rule is called plain already: mine.yaml:3")


@pytest.mark.parametrize(
    ("parameters", "text", "told"),
    [
        pytest.param("{a: {description: x, default: 1}}", "x", "4:12: rules[0].with.a: is not used", id="unused"),
        pytest.param("{a: {description: x, default: 1}}", "$${a}", "with.a: is not used", id="used only as it is"),
        pytest.param("{a: {description: x, default: y}}", "${a} ${b}", "there is no parameter b", id="undeclared"),
        pytest.param("{A: {description: x, default: y}}", "${A}", "with.A: must be lower-case letters", id="name"),
        pytest.param("{a: {default: y}}", "${a}", "with.a.description: is missing", id="no description"),
        pytest.param("{a: {description: x, defualt: y}}", "${a}", "(did you mean default?)", id="unknown key"),
        pytest.param("{a: {description: x, default: }}", "${a}", "with.a.default: has no value", id="blank default"),
        pytest.param("{a: x}", "${a}", "with.a: must be a mapping", id="no mapping"),
        pytest.param("[a]", "${a}", "rules[0].with: must be a mapping", id="a list"),
        pytest.param("{a: {description: x, default: 3}}", "${a}", "text: must be a text", id="a number for a text"),
        pytest.param("{a: {description: x, example: 3}}", "${a}", "text: must be a text", id="example"),
    ],
)
def test_a_mistake_in_declaring_is_told_at_its_place(parameters: str, text: str, told: str) -> None:
    assert any(told in str(problem) for problem in problems(declaring(parameters, text)))


def test_a_library_that_cannot_be_read_is_told_only_to_whom_uses_it() -> None:
    broken = Source("library/broken.yaml", "version: 1\nrules: [")

    def load_with(rules: str) -> Rulebook:
        return load([mine(rules)], actions=ACTIONS, library=[broken, PLAIN])

    assert load_with(f"  - name: t\n{REST}").rules
    with pytest.raises(RuleErrors, match=r"library/broken\.yaml:2"):
        load_with("  - use: plain")
