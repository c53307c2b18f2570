"""Rules, texts and events made to eat time and memory: each is something to do, with the size of what it takes."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from heroku.events import Event
from rules.actions import ActionSpec
from rules.deciding import decide
from rules.errors import RuleErrors, TemplateError
from rules.files.loading import Source, load
from rules.matching import BadMatch, compile_match
from rules.texts.templates import compile_template
from tests.rules.factories import ACTIONS, NOON, SHOP

KILO, MEGA = 1_000, 1_000_000


class Case(NamedTuple):
    """`try_` answers "error" or "done"; `size` is that of what it is given, as time may grow with it."""

    try_: Callable[[], str]
    size: int


class Shout(BaseModel):
    """An action that takes texts however long."""

    text: str = ""
    texts: list[str] = []


SPECS = {**ACTIONS, "shout": ActionSpec("shout", Shout)}


def loading(text: str) -> Case:
    """A rule file is loaded."""

    def try_() -> str:
        try:
            load([Source("rules.yaml", text)], actions=SPECS)
        except RuleErrors:
            return "error"
        return "done"

    return Case(try_, len(text))


def rule(extra: str = "", do: str = "[{notify: {to: log, text: x}}]") -> str:
    """A file with one rule, and more lines of it."""
    lines = "".join(f"\n    {line}" for line in extra.splitlines())
    return f"version: 1\nrules:\n  - name: a\n    on: api:release.update\n    do: {do}{lines}\n"


DATA: dict[str, Any] = {
    "long": "a" * 200 * KILO,
    "many": ["x" * 100] * 2_000,
    "texts": {f"key-{n}": "y" * 100 for n in range(2_000)},
    "deep": None,
}
for _ in range(150):
    DATA["deep"] = {"deep": DATA["deep"], "list": [1]}
FIELDS: dict[str, Any] = {
    "id": "1",
    "include": "api:release",
    "action": "update",
    "resource": "release",
    "data": DATA,
    "app": {"id": SHOP.id, "name": SHOP.name},
}
EVENT = Event("1", "api:release", "release", "update", SHOP, None, DATA, NOON, NOON, None, FIELDS)
EVENT_SIZE = 600 * KILO


def rendering(text: str) -> Case:
    """A template is compiled, and rendered for a large event."""

    def try_() -> str:
        try:
            made = compile_template(text).render({**FIELDS, "event": FIELDS})
        except TemplateError:
            return "error"
        assert len(made) <= 16_000
        return "done"

    return Case(try_, len(text) + EVENT_SIZE)


def matching(spec: Mapping[str, Any]) -> Case:
    """A `match` is compiled, and held against a large event."""

    def try_() -> str:
        try:
            compile_match(spec).match(FIELDS)
        except BadMatch:
            return "error"
        return "done"

    return Case(try_, EVENT_SIZE)


def asking(expression: str) -> Case:
    """A rule with a `when` is loaded, and decides about a large event."""

    def try_() -> str:
        try:
            book = load(
                [Source("rules.yaml", rule(f"when: '{expression.replace(chr(39), chr(39) * 2)}'"))], actions=SPECS
            )
        except RuleErrors:
            return "error"
        decide(book, EVENT, now=NOON)
        return "done"

    return Case(try_, len(expression) + EVENT_SIZE)


def laughs(levels: int, width: int) -> str:
    """Each line is the one before it, so many times."""
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "version: 1\n" + "\n".join(lines) + "\nrules: *a" + str(levels - 1) + "\n"


def nested(opening: str, closing: str, levels: int, core: str = "x") -> str:
    return opening * levels + core + closing * levels


YAML: dict[str, Case] = {
    "a billion laughs": loading(laughs(12, 12)),
    "laughs in mappings": loading("a: &a {x: y}\n" + "".join(f"b{n}: &b{n} {{p: *a, q: *a}}\n" for n in range(5_000))),
    "an alias of itself": loading("rules: &a [*a]\n"),
    "lists without end": loading("[" * 100 * KILO),
    "mappings without end": loading("{a: " * 100 * KILO),
    "dashes without end": loading("- " * 100 * KILO + "x"),
    "questions without end": loading("? " * 100 * KILO + "x"),
    "a key of a megabyte": loading("k" * (MEGA - 100) + ": x\n"),
    "a text of a megabyte": loading(f"version: 1\nrules: {'x' * (MEGA - 100)}\n"),
    "more than a megabyte": loading("x" * (2 * MEGA)),
    "a number of many digits": loading(rule("limit: {max: " + "9" * 100 * KILO + ", within: 1d}")),
    "an exponent of many digits": loading(rule("limit: {max: 1e" + "9" * 10 * KILO + ", within: 1d}")),
    "the same key many times": loading("version: 1\n" + "a: 1\n" * 10 * KILO),
    "many unknown keys": loading("version: 1\n" + "".join(f"key{n}: 1\n" for n in range(4_000))),
    "many documents": loading("---\na: 1\n" * 4 * KILO),
    "many anchors": loading("version: 1\nrules:\n" + "".join(f"  - &a{n} x\n" for n in range(10_000))),
    "many quotes": loading("version: 1\nrules: " + '"\\n' * 100 * KILO),
    "many escapes": loading('version: 1\nrules: "' + "\\U0001F600" * 10 * KILO + '"\n'),
    "many comments": loading("# x\n" * 200 * KILO),
    "many empty lines": loading("\n" * 900 * KILO),
    "many tags": loading("rules:\n" + "  - !!python/object:os.system x\n" * 10 * KILO),
    "many block texts": loading("version: 1\nrules:\n" + "  - |\n    x\n" * 10 * KILO),
    "one deep block text": loading("a: |\n" + "\n".join(" " * n + "x" for n in range(1, 1_200))),
    "many merges": loading("a: &a {x: 1}\nb:\n" + "  <<: *a\n" * 4 * KILO),
}
RULES: dict[str, Case] = {
    "many broken rules": loading("version: 1\nrules:\n" + "  - {nmae: a}\n" * 4 * KILO),
    "many rules of one name": loading("version: 1\nrules:\n" + "  - {name: a, on: dyno, do: []}\n" * 3 * KILO),
    "many keys in one rule": loading(rule("\n".join(f"key{n}: x" for n in range(4_000)))),
    "a name without end": loading(f"version: 1\nrules: [{{name: {'a' * 500 * KILO}, on: dyno, do: []}}]\n"),
    "a duration without end": loading(rule(f"fresh_within: {'9' * 100 * KILO}d")),
    "a duration of many parts": loading(rule(f"fresh_within: {'1d' * 100 * KILO}")),
    "subscriptions without end": loading(rule().replace("on: api:release.update", f"on: [{'dyno, ' * 10 * KILO}dyno]")),
    "a path without end": loading(rule(f"each: data{'.a' * 100 * KILO}")),
    "many steps": loading(rule(do=f"[{'{notify: {to: log, text: x}}, ' * 2 * KILO}]")),
    "many texts in one step": loading(rule(do="[{shout: {texts: [" + "'{{ app.name }}', " * 4 * KILO + "]}}]")),
    "many targets": loading(rule() + "targets:\n" + "".join(f"  t{n}: {{slack: $S}}\n" for n in range(4_000))),
    "many apps": loading(rule(f"on_apps: [{'acme, ' * 10 * KILO}acme]")),
    "a use of itself": loading("version: 1\nrules: [{use: a, name: a}]\n"),
    "parameters in parameters": loading(
        rule(
            "with: {" + ", ".join(f"p{n}: {{default: '${{p{n + 1}}}${{p{n + 1}}}'}}" for n in range(200)) + "}\n"
            "description: ${p0}"
        )
    ),
    "a parameter many times": loading(
        rule("with: {p: {default: '" + "x" * 10_000 + "'}}\ndescription: '" + "${p}" * 10_000 + "'")
    ),
    "matches in matches": loading(rule("match: " + nested("{any: [", "]}", 18, "{data.a: b}"))),
    "more matches in matches": loading(rule("match: " + nested("{any: [", "]}", 5_000, "{data.a: b}"))),
    "wide matches": loading(rule("match: {any: [" + "{data.a: b}, " * 4 * KILO + "]}")),
    "a wide tree of matches": loading(
        rule("match: " + nested("{any: [{data.a: b}, {data.b: c}, ", "]}", 15, "{data.a: b}"))
    ),
    "many clauses": loading(rule("match: {" + ", ".join(f"data.a{n}: b" for n in range(5_000)) + "}")),
    "one of many": loading(rule("match: {data.a: [" + "b, " * 20 * KILO + "b]}")),
    "not not": loading(rule("match: {data.a: " + nested("{not: ", "}", 30, "b") + "}")),
    "many tests": loading(rule() + "tests:\n" + "  - {name: t, events: []}\n" * 3 * KILO),
}
EXPRESSIONS: dict[str, Case] = {
    "nested parentheses": asking(nested("(", ")", 1_500, "true")),
    "nested lists": asking(nested("[", "]", 1_500, "1") + " == []"),
    "nested conditions": asking("true ? " * 500 + "true" + " : false" * 500),
    "loops in loops": asking(
        "data.many.all(a, data.many.all(b, data.many.all(c, data.many.all(d, a + b + c + d != '0'))))"
    ),
    "loops over literals": asking(nested("[1,2,3,4,5,6,7,8,9,10].map(x, ", ")", 8, "x") + " == []"),
    "doubling texts": asking("data.many.map(a, a + a + a + a).map(a, a + a + a + a).map(a, a + a + a + a).size() > 0"),
    "a pattern that goes back": asking(f"data.long.matches('{'(a+)+' * 20}$')"),
    "a pattern of repeats": asking("data.long.matches('((a{100}){100}){100}')"),
    "a sum without end": asking("1" + " + 1" * 900 + " > 0"),
    "not not": asking("!" * 3_000 + "true"),
    "a text without end": asking(f"data.long == '{'a' * 3_800}'"),
    "an expression without end": asking("a" * 900 * KILO),
    "many expressions": loading(rule("when:\n" + "  - data.a == 1\n" * 4 * KILO)),
    "a path without end": asking("data" + ".deep" * 700 + " == 1"),
    "a division by nothing": asking("1 / 0 == 1"),
    "a number that does not fit": asking("9223372036854775807 + 9223372036854775807 > 0"),
}
TEMPLATES: dict[str, Case] = {
    "loops in loops": rendering("{% for a in data.many %}{% for b in data.many %}{{ a }}{% endfor %}{% endfor %}"),
    "a range": rendering("{% for i in range(1000000000) %}x{% endfor %}"),
    "a long loop": rendering("{% for a in data.many %}{{ data.long }}{% endfor %}"),
    "loops one after the other": rendering("{% for a in data.many %}{{ a }}{% endfor %}" * 70),
    "multiplied texts": rendering("{{ 'a' * 1000000000 }}"),
    "powers": rendering("{{ 9 ** 9 ** 9 }}"),
    "a width": rendering("{{ '%1000000000d' % 1 }}"),
    "joined with itself": rendering("{{ data.many | join(data.long) }}"),
    "replaced by much": rendering("{{ data.long | replace('a', data.long) }}"),
    "centred": rendering("{{ 'a' | center(1000000000) }}"),
    "a macro of itself": rendering("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"),
    "set and doubled": rendering("{% set a = data.long %}" + "{% set a = a ~ a %}" * 50 + "{{ a }}"),
    "nested conditions": rendering("{% if a %}" * 300 + "{% endif %}" * 300),
    "nested parentheses": rendering("{{ " + nested("(", ")", 1_900, "1") + " }}"),
    "nested lists": rendering("{{ " + nested("[", "]", 1_900, "1") + " }}"),
    "many filters": rendering("{{ data.long" + " | upper" * 450 + " }}"),
    "many sorts": rendering("{{ data.texts" + " | dictsort" * 350 + " }}"),
    "python's insides": rendering("{{ ''.__class__.__mro__[1].__subclasses__() }}"),
    "a mapping printed": rendering("{{ data }}" * 300),
    "the event printed": rendering("{{ event }}" * 300),
    "searched": rendering("{% if " + "'b' in data.long or " * 180 + "false %}x{% endif %}"),
    "a slice": rendering("{{ data.long[0:100000000:-1] }}"),
    "a path without end": rendering("{{ data" + ".deep" * 700 + " }}"),
    "a template without end": rendering("{{ app.name }}" * 100 * KILO),
    "no end": rendering("{{ " * 1_000),
    "an include": rendering("{% include '/etc/passwd' %}"),
}
GLOBS: dict[str, Case] = {
    "many stars": matching({"data.long": {"glob": "*a" * 50 + "b"}}),
    "very many stars": matching({"data.long": {"glob": "*a" * 490 + "b"}}),
    "stars without end": matching({"data.long": {"glob": "*a" * 5_000 + "b"}}),
    "stars before what is everywhere": matching({"data.long": {"glob": "*aaaaaaaaaa" * 80 + "b"}}),
    "sets that are not closed": matching({"data.long": {"glob": "[" * 999}}),
    "only stars": matching({"data.long": {"glob": "*" * 100 * KILO + "b"}}),
    "questions and stars": matching({"data.long": {"glob": "?*" * 2_000 + "b"}}),
    "many sets": matching({"data.long": {"glob": "*[a-z]" * 500 + "[!a]"}}),
    "a set without end": matching({"data.long": {"glob": "[" * 10 * KILO}}),
    "ranges turned round": matching({"data.long": {"glob": "[z-a]*" * 2_000}}),
    "a glob without end": matching({"data.long": {"glob": "a" * 500 * KILO}}),
    "against many": matching({"data.many": {"glob": "*x" * 50 + "y"}}),
    "many globs": matching({"any": [{"data.long": {"glob": f"*{n}*b"}} for n in range(500)]}),
    "a needle without end": matching({"data.long": {"contains": "a" * 100 * KILO + "b"}}),
}
FAMILIES: dict[str, dict[str, Case]] = {
    "yaml": YAML, "rules": RULES, "expressions": EXPRESSIONS, "templates": TEMPLATES, "globs": GLOBS,
}  # fmt: skip
