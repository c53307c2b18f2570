"""What a template may say: an allow-list over Jinja's syntax tree, and the names it refers to.

Jinja's sandbox keeps a template from reaching Python, not from eating time and memory; without calls, arithmetic,
concatenation and nested loops there is nothing to eat them with.
"""

from collections.abc import Iterator
from math import isfinite
from typing import Final, NamedTuple

from jinja2 import nodes

from rules.errors import TemplateError
from rules.paths import FIELDS
from rules.suggesting import closest, listed
from rules.texts.secrets import SECRET_KEYS
from rules.texts.template_filters import FILTERS

LINKS: Final = ("run", "event")  # the pages of the console that a template may tell the address of
ROOTS: Final = (*FIELDS, "event", "rule", "steps", "error", "links")
TESTS: Final = ("defined", "undefined", "none")
MAX_NESTING: Final = 60
MAX_LOOPS: Final = 5

_ALLOWED: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Const,
    nodes.List,
    nodes.Tuple,
    nodes.Filter,
    nodes.Test,
    nodes.If,
    nodes.For,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)
_TOLD: Final = {
    "call": "a call, like f(…)",
    "concat": "joining with ~",
    "assign": "{% set %}",
    "assignblock": "{% set %}",
    "macro": "{% macro %}",
    "import": "{% import %}",
    "fromimport": "{% from … import %}",
    "include": "{% include %}",
    "extends": "{% extends %}",
    "block": "{% block %}",
    "filterblock": "{% filter %}",
    "callblock": "{% call %}",
    "with": "{% with %}",
    "dict": "a mapping",
}


class Names(NamedTuple):
    """What a template refers to: names at the top, steps whose outcome it tells, and dotted paths as far as they go."""

    roots: frozenset[str]
    steps: frozenset[str]
    paths: frozenset[str]


def check(tree: nodes.Template) -> Names:
    """The names in `tree`; raises TemplateError if it says anything that is not allowed."""
    roots: set[str] = set()
    steps: set[str] = set()
    paths: set[str] = set()
    if sum(1 for _ in tree.find_all(nodes.For)) > MAX_LOOPS:
        raise TemplateError(f"has more than {MAX_LOOPS} loops")
    for node, around in _walk(tree, frozenset()):
        _check_kind(node)
        match node:
            case nodes.Name(ctx="load") if node.name not in around:
                roots.add(_root(node.name))
            case nodes.Filter() | nodes.Test():
                _check_applied(node)
            case nodes.Getattr() | nodes.Getitem():
                steps.update(_step(node))
                _check_link(node, around)
                paths.update(_path(node, around))
            case nodes.For():
                _check_loop(node)
            case nodes.Const(value=float()) if not isfinite(node.value):
                raise TemplateError("a number is out of range")
            case _:
                pass
    return Names(frozenset(roots), frozenset(steps), frozenset(paths))


def _walk(node: nodes.Node, around: frozenset[str], depth: int = 0) -> Iterator[tuple[nodes.Node, frozenset[str]]]:
    """Every node, with the names that a loop around it brings."""
    if depth > MAX_NESTING:
        raise TemplateError("is nested too deeply")
    yield node, around
    for child in node.iter_child_nodes():
        inner = around
        if isinstance(node, nodes.For) and child is not node.iter:
            inner = around | {"loop", getattr(node.target, "name", "")}
        yield from _walk(child, inner, depth + 1)


def _check_kind(node: nodes.Node) -> None:
    if isinstance(node, _ALLOWED) or _is_number(node):
        return
    kind = type(node).__name__.lower()
    told = _TOLD.get(kind, "arithmetic" if isinstance(node, (nodes.BinExpr, nodes.UnaryExpr)) else kind)
    raise TemplateError(f"{told} is not allowed")


def _root(name: str) -> str:
    if name not in ROOTS:
        hint = closest(name, ROOTS)
        raise TemplateError(f"{name} is not known here: there are {listed(ROOTS)}" + (f"; {hint}?" if hint else ""))
    return name


def _check_applied(node: nodes.Filter | nodes.Test) -> None:
    known = tuple(FILTERS) if isinstance(node, nodes.Filter) else TESTS
    if node.name not in known:
        what = "filter" if isinstance(node, nodes.Filter) else "test"
        hint = closest(node.name, known)
        raise TemplateError(f"{node.name} is not a {what}: there are {listed(known)}" + (f"; {hint}?" if hint else ""))
    if node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise TemplateError(f"{node.name} takes no named arguments")


def _check_loop(loop: nodes.For) -> None:
    if not isinstance(loop.target, nodes.Name):
        raise TemplateError("a loop gives one name to its items")
    if loop.recursive or any(inner is not loop for inner in loop.find_all(nodes.For)):
        raise TemplateError("a loop in a loop is not allowed")


def _step(node: nodes.Getattr | nodes.Getitem) -> Iterator[str]:
    """The step that `steps.rollback` or `steps["rollback"]` names."""
    key = _key(node)
    if key in SECRET_KEYS:
        raise TemplateError(f"{key} is a pre-signed link, a secret")
    if isinstance(node.node, nodes.Name) and node.node.name == "steps" and isinstance(key, str):
        yield key


def _check_link(node: nodes.Getattr | nodes.Getitem, around: frozenset[str]) -> None:
    of_links = isinstance(node.node, nodes.Name) and node.node.name == "links" and "links" not in around
    if of_links and _key(node) not in LINKS:
        raise TemplateError(f"links has no {_key(node)}: there are {listed(LINKS)}")


def _path(node: nodes.Expr, around: frozenset[str]) -> Iterator[str]:
    """The path that `data.release.id` is; nothing where it begins with a loop's name or goes through a list."""
    keys: list[str] = []
    while isinstance(node, (nodes.Getattr, nodes.Getitem)):
        key = _key(node)
        if not isinstance(key, str):
            return
        keys.append(key)
        node = node.node
    if isinstance(node, nodes.Name) and node.name not in around:
        yield ".".join((node.name, *reversed(keys)))


def _key(node: nodes.Getattr | nodes.Getitem) -> object:
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node.arg, nodes.Const):
        return node.arg.value
    parts = (node.arg.start, node.arg.stop, node.arg.step) if isinstance(node.arg, nodes.Slice) else (node.arg,)
    if all(part is None or isinstance(part, nodes.Const) or _is_number(part) for part in parts):
        return None
    raise TemplateError("only a fixed key or position may stand in [ ]")


def _is_number(node: nodes.Node) -> bool:
    """Whether this is a number below zero, which Jinja reads as arithmetic."""
    return isinstance(node, nodes.Neg) and isinstance(node.node, nodes.Const) and type(node.node.value) in (int, float)
