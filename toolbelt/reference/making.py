"""Each made part of docs/rules.md, by its name."""

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from inspect import signature
from typing import Any, Final

from core.telling.words import GATES, gate_in_words
from heroku import samples
from heroku.access import GROUPS, Level
from heroku.events import read
from heroku.fields import FIELDS, SENT
from rules.actions import ActionSpec
from rules.files.schema import OPERATORS_TOLD, schema
from rules.target_kinds import KINDS
from rules.texts.expression_syntax import FUNCTIONS, LOOPS
from rules.texts.expressions import STEP_NAMES
from rules.texts.template_filters import FILTERS
from rules.texts.template_syntax import ROOTS
from rules.texts.templates import compile_template
from toolbelt.crew import HOME
from toolbelt.reference.parts import contents
from toolbelt.reference.tables import keys, table
from workers.actions import SPECS

WIDTH: Final = 118  # columns

# Numbers by which the gates' sentences are shown; what has the same name in two gates may mean two things.
NUMBERS: Final[Mapping[str | tuple[str, str], Any]] = {
    "run": 17,
    "place": 1,
    "seen": 2,
    "wanted": 3,
    "left": 252_000,
    "within": 1_800_000,
    "due": 1_767_614_640_000,
    "kind": "quiet",
    "mode": "live",
    "path": "data.release.id",
    "had": 2,
    "most": 3,
    "waiting": 10,
    "first": "0f1e2d3c",
    "event": "0f1e2d3c",
    "age": 7_200.0,
    ("stale", "most"): 3_600.0,
    "until": 1_767_621_600_000,
    "by": "you",
    "why": "we migrate",
    "rule": "staging-may-fail",
    "depth": 4,
    "was": "2",
    "now": "0",
}

# For each filter of templates, how it looks on a release.
EXAMPLES: Final[Mapping[str, str]] = {
    "default": 'data.none | default("nothing")',
    "first": "data.addon_plan_names | first",
    "join": 'data.addon_plan_names | join(", ")',
    "json": "data.slug.commit_description | json",
    "last": "data.addon_plan_names | last",
    "length": "data.addon_plan_names | length",
    "lower": "data.description | lower",
    "trim": "data.description | trim",
    "truncate": "data.slug.commit | truncate(8)",
    "upper": "app.name | upper",
}


@cache
def _schema() -> dict[str, Any]:
    return schema(SPECS)


def _of(model: str) -> Callable[[], str]:
    return lambda: keys(_schema()["$defs"][model])


def _file() -> str:
    made = _schema()["properties"]
    rules = {**made["rules"], "items": {"$ref": "#/$defs/RuleModel"}}
    return keys({**_schema(), "properties": {**made, "rules": rules}})


def _step() -> str:
    step = _schema()["$defs"]["Step"]
    own = {key: told for key, told in step["properties"].items() if key not in SPECS}
    return keys({"properties": own})


def _operators() -> str:
    return table(("Operator", "Holds if"), [(f"`{name}`", told) for name, told in OPERATORS_TOLD.items()])


def _actions() -> str:
    return "".join(_action(spec) for spec in SPECS.values())


def _action(spec: ActionSpec) -> str:
    told = _schema()["$defs"][spec.name]
    return f"\n**`{spec.name}`** — {told['description']} {_access(spec)}".rstrip() + f"\n\n{keys(told)}"


def _access(spec: ActionSpec) -> str:
    needed = ", ".join(f"{need.group}: {need.level.word}" for need in spec.needs)
    if needed:
        return f"Needs `access: {{{needed}}}`."
    return "What access it needs depends on its parameters." if spec.changes else ""


def _levels() -> str:
    groups = ", ".join(f"`{group}`" for group in GROUPS)
    levels = " < ".join(f"`{level.word}`" for level in Level)
    return _wrapped(f"Levels: {levels}. Groups: {groups}.")


def _entities() -> str:
    rows = [(f"`{include}`", ", ".join(SENT[include]), ", ".join(_fields(include))) for include in SENT]
    return table(("Entity", "Actions", "Fields of `data`, besides `id`, `created_at`, `updated_at` and `app`"), rows)


def _fields(include: str) -> Iterator[str]:
    """Each field of `data`; those inside another one stand behind it."""
    usual = {"data.id", "data.created_at", "data.updated_at"}
    paths = [path for path in FIELDS[include] if path.startswith("data.") and path not in usual]
    for path in paths:
        field = FIELDS[include][path]
        if path.count(".") > 1 or path.startswith("data.app"):
            continue
        inner = [each.removeprefix(f"{path}.") for each in paths if each.startswith(f"{path}.")]
        more = field.values or tuple(f".{each}" for each in inner if not each.startswith("app"))
        yield f"`{path.removeprefix('data.')}`" + (f" ({', '.join(more)})" if more else "")


def _samples() -> str:
    rows = []
    for name in samples.names():
        event = read(samples.encode(samples.sample(name)))
        rows.append((f"`{name}`", f"`{event.include}.{event.action}`"))
    return table(("Sample", "Event"), rows)


def _targets() -> str:
    told = {kind: _schema()["$defs"][f"target.{kind}"] for kind in KINDS}
    return "".join(f"\n**`{kind}`** — {made['description']}\n\n{keys(made)}" for kind, made in told.items())


def _gates() -> str:
    return table(("Gate", "What is said"), [(f"`{name}`", _said(name)) for name in GATES])


def _said(name: str) -> str:
    """A gate's sentence, with numbers that such a gate might have."""
    wanted = signature(GATES[name]).parameters
    return gate_in_words((name, *(NUMBERS.get((name, each), NUMBERS.get(each, 120)) for each in wanted)))


def _filters() -> str:
    """Each filter at work on a sample."""
    event = read(samples.encode(samples.sample("release_update_succeeded")))
    context = {**event.fields, "event": event.fields, "rule": "a-rule", "steps": {}}
    rows = [
        (f"`{{{{ {written} }}}}`", f"`{compile_template(f'{{{{ {written} }}}}').render(context)}`")
        for written in (EXAMPLES[name] for name in sorted(FILTERS))
    ]
    return _wrapped(f"Names: {_codes(ROOTS)}.") + "\n" + table(("Filter", "Prints"), rows)


def _expressions() -> str:
    return _wrapped(f"Names: {_codes(STEP_NAMES)}. Functions: {_codes(FUNCTIONS)}. Loops: {_codes(LOOPS)}.")


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False) + "\n"


def _codes(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "contents": lambda: contents((HOME / "docs/rules.md").read_text()),
    "file": _file,
    "rule": _of("RuleModel"),
    "count": _of("CountModel"),
    "partner": _of("PartnerModel"),
    "quiet": _of("QuietModel"),
    "changed": _of("ChangedModel"),
    "limit": _of("LimitModel"),
    "parameter": _of("ParameterModel"),
    "step": _step,
    "operators": _operators,
    "actions": _actions,
    "targets": _targets,
    "gates": _gates,
    "levels": _levels,
    "entities": _entities,
    "samples": _samples,
    "filters": _filters,
    "expressions": _expressions,
    "test": _of("TestModel"),
    "test event": _of("EventModel"),
    "expect": _of("ExpectModel"),
    "expect not": _of("ExpectNotModel"),
    "given": _of("GivenModel"),
    "silence": _of("SilenceModel"),
}
