"""A step's `if`: asked once, when the step's turn has come."""

from rules.explaining import passed_over as passed_over_in_words
from rules.texts.expressions import STEP_NAMES, ExpressionError, compile_expression
from workers.actions.base import Outcome
from workers.looks import Look


def passed_over(look: Look) -> Outcome | None:
    """The outcome of a step whose `if` is not true, or goes wrong; None if the step is to be taken."""
    condition = look.written.condition
    if condition is None or look.before is not None:
        return None
    try:
        held, seen = compile_expression(condition, STEP_NAMES).verdict(look.visit.context())
    except ExpressionError as error:  # of a plan that another version has made
        held, seen = False, f"error: {error}"
    return None if held else Outcome("not needed", passed_over_in_words(condition, seen))
