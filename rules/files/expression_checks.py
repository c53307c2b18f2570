"""A rule's expressions: `when` as clauses of its match, the `if` of its steps held against what came before them."""

from collections.abc import Sequence

from rules.errors import ExpressionError, Fault
from rules.matching import Clause
from rules.step_names import fault_of_reference
from rules.steps import Steps
from rules.texts.expression_syntax import field_path
from rules.texts.expressions import STEP_NAMES, Expression, compile_expression


def when_clauses(texts: Sequence[str], *, listed: bool) -> tuple[tuple[Clause, ...], list[Fault]]:
    """The clauses of `when`, and what is wrong with it; `listed` says that it was written as a list."""
    clauses, faults = [], []
    for index, text in enumerate(texts):
        try:
            clauses.append(_clause(compile_expression(text)))
        except ExpressionError as error:
            faults.append(_fault(error).under("when", *([index] if listed else [])))
    return tuple(clauses), faults


def if_faults(steps: Steps, *, whole: bool) -> list[Fault]:
    """One fault for each `if` that is not allowed, or asks for a step that is not taken before.

    Unless `steps` are the whole of them, whatever it calls a step may be one that could not be read.
    """
    faults = []
    every = [step.name for _, step in steps]
    for index, (written, step) in enumerate(steps):
        if step.condition is None:
            continue
        fault = _if_fault(step.condition, every[:index], every, whole=whole)
        if fault:
            faults.append(fault.under(written.part, written.number, "if"))
    return faults


def _if_fault(text: str, earlier: list[str], every: list[str], *, whole: bool) -> Fault | None:
    try:
        looks = compile_expression(text, STEP_NAMES).looks
    except ExpressionError as error:
        return _fault(error)
    return fault_of_reference(looks.steps, earlier, every, whole=whole)


def _clause(expression: Expression) -> Clause:
    paths = tuple(filter(None, map(field_path, expression.looks.paths)))
    text = " ".join(expression.text.split())
    return Clause(f"when {text}", paths, expression.holds, lambda fields: expression.verdict(fields).seen)


def _fault(error: ExpressionError) -> Fault:
    return Fault((), f"the expression: {error.message}", error.suggestion, inside=(error.line, error.column))
