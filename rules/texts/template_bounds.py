"""A checked template's syntax tree rewritten so that loops and searches end, and slices never fail."""

from typing import Final

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from rules.texts.template_filters import BOUNDED, SEARCHED, SLICED

NOTHING: Final = nodes.Const(None)


class Bounding(NodeTransformer):
    """Sends what a loop runs over, what `in` looks through and what is sliced through filters of ours."""

    def visit_For(self, loop: nodes.For) -> nodes.For:  # noqa: N802 - named by Jinja
        self.generic_visit(loop)
        loop.iter = _through(BOUNDED, loop.iter)
        return loop

    def visit_Operand(self, operand: nodes.Operand) -> nodes.Operand:  # noqa: N802
        self.generic_visit(operand)
        if operand.op in {"in", "notin"}:
            operand.expr = _through(SEARCHED, operand.expr)
        return operand

    def visit_Getitem(self, item: nodes.Getitem) -> nodes.Expr:  # noqa: N802
        """Jinja turns a slice into Python's own, past the environment and whatever stands before it."""
        self.generic_visit(item)
        if not isinstance(item.arg, nodes.Slice):
            return item
        return _through(SLICED, item.node, item.arg.start, item.arg.stop, item.arg.step)


def _through(name: str, expression: nodes.Node, *arguments: nodes.Expr | None) -> nodes.Filter:
    given = [argument or NOTHING for argument in arguments]
    return nodes.Filter(expression, name, given, [], None, None, lineno=expression.lineno)
