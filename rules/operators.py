"""The conditions a value can be held against, compiled once to small functions.

A missing or null value arrives as None: every positive operator says no to it, `not`, `none` and
`exists: false` say yes. Against a list, a scalar and the text operators look for one fitting item.
Numbers and booleans are never taken for each other.
"""

import operator
import re
from collections.abc import Callable, Iterable
from fnmatch import translate
from typing import Any, NamedTuple

from rules.errors import Fault
from rules.suggesting import closest, listed
from rules.texts.shown import shown

MAX_GLOB = 1_000  # characters; to compile one takes the square of its length
Holds = Callable[[Any], bool]


class Condition(NamedTuple):
    """A test of one value, and how to say that it holds and that it does not."""

    holds: Holds
    says: str
    denies: str


class BadCondition(Exception):
    """A condition cannot be understood; `fault.path` leads into it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def compile_condition(spec: Any) -> Condition:
    """The condition that `spec` describes; raises BadCondition."""
    if isinstance(spec, dict):
        return _mapping(spec)
    if isinstance(spec, list):
        return _one_of(spec)
    return _equal(spec)


def equals(wanted: Any) -> Holds:
    """A test for one scalar, or a list that contains it."""
    same = _same(wanted)

    def holds(value: Any) -> bool:
        return same(value) or (type(value) is list and any(map(same, value)))

    return holds


def _same(wanted: Any) -> Holds:
    if isinstance(wanted, bool):
        return lambda value: value is wanted
    if isinstance(wanted, str):
        return lambda value: bool(value == wanted)
    return lambda value: bool(value == wanted and type(value) is not bool)


def _equal(wanted: Any) -> Condition:
    if wanted is None:
        raise _bad("null matches nothing", "{exists: false}")
    text = shown(wanted)
    return Condition(equals(wanted), f"is {text}", f"is not {text}")


def _one_of(wanted: list[Any]) -> Condition:
    if not wanted:
        raise _bad("an empty list can match nothing")
    for index, item in enumerate(wanted):
        if item is None or isinstance(item, (list, dict)):
            raise _bad("a list holds plain values, one of which must be there", at=(index,))
    text = listed(map(shown, wanted))
    return Condition(_one_of_these(wanted), f"is one of {text}", f"is none of {text}")


def _one_of_these(wanted: list[Any]) -> Holds:
    texts = frozenset(item for item in wanted if isinstance(item, str))
    others = tuple(equals(item) for item in wanted if not isinstance(item, str))

    def holds(value: Any) -> bool:
        if type(value) is str:
            return value in texts
        if type(value) is list and any(item in texts for item in value if type(item) is str):
            return True
        return any(same(value) for same in others)

    return holds


def _mapping(spec: dict[str, Any]) -> Condition:
    if not spec:
        raise _bad(f"an empty condition; operators are {listed(OPERATORS)}")
    return _all_hold([_operator(name, operand) for name, operand in spec.items()])


def _operator(name: str, operand: Any) -> Condition:
    if name not in OPERATORS:
        message = f"is not an operator; operators are {listed(OPERATORS)}"
        raise BadCondition(Fault((name,), message, closest(name, OPERATORS), at_key=True))
    try:
        return OPERATORS[name](operand)
    except BadCondition as error:
        raise BadCondition(error.fault.under(name)) from None


def _all_hold(conditions: list[Condition]) -> Condition:
    if len(conditions) == 1:
        return conditions[0]
    tests = tuple(condition.holds for condition in conditions)
    says = " and ".join(condition.says for condition in conditions)
    return Condition(lambda value: all(test(value) for test in tests), says, f"is not so: {says}")


def _not(operand: Any) -> Condition:
    if operand is None:
        raise _bad("null is matched by nothing", "{exists: true}")
    holds, says, denies = compile_condition(operand)
    return Condition(lambda value: not holds(value), denies, says)


def _several(operand: Any) -> list[Condition]:
    if not isinstance(operand, list) or not operand:
        raise _bad("must be a list of conditions")
    compiled = []
    for index, spec in enumerate(operand):
        try:
            compiled.append(compile_condition(spec))
        except BadCondition as error:
            raise BadCondition(error.fault.under(index)) from None
    return compiled


def _any(operand: Any) -> Condition:
    conditions = _several(operand)
    tests = tuple(condition.holds for condition in conditions)
    says = " or ".join(condition.says for condition in conditions)
    denies = " and ".join(condition.denies for condition in conditions)
    return Condition(lambda value: any(test(value) for test in tests), says, denies)


def _all(operand: Any) -> Condition:
    return _all_hold(_several(operand))


def _none(operand: Any) -> Condition:
    holds, says, denies = _any(operand)
    return Condition(lambda value: not holds(value), denies, says)


def _exists(operand: Any) -> Condition:
    if not isinstance(operand, bool):
        raise _bad("must be true or false")
    if operand:
        return Condition(lambda value: value is not None, "exists", "does not exist")
    return Condition(lambda value: value is None, "does not exist", "exists")


def _on_texts(fits: Callable[[str], bool]) -> Holds:
    """A test of a text, or of a list in which one text fits."""

    def holds(value: Any) -> bool:
        if isinstance(value, str):
            return fits(value)
        return isinstance(value, list) and any(isinstance(item, str) and fits(item) for item in value)

    return holds


def _glob(operand: Any) -> Condition:
    pattern = _wanted_text(operand)
    if len(pattern) > MAX_GLOB:
        raise _bad(f"is longer than {MAX_GLOB:,} characters")
    matched = re.compile(translate(pattern)).match
    return Condition(
        _on_texts(lambda text: matched(text) is not None), f"fits {shown(pattern)}", f"does not fit {shown(pattern)}"
    )


def _prefix(operand: Any) -> Condition:
    start = _wanted_text(operand)
    test = _on_texts(lambda text: text.startswith(start))
    return Condition(test, f"begins with {shown(start)}", f"does not begin with {shown(start)}")


def _suffix(operand: Any) -> Condition:
    end = _wanted_text(operand)
    test = _on_texts(lambda text: text.endswith(end))
    return Condition(test, f"ends with {shown(end)}", f"does not end with {shown(end)}")


def _contains(operand: Any) -> Condition:
    if operand in (None, "") or isinstance(operand, (list, dict)):
        raise _bad("must be a text, a number, true or false")
    in_list = equals(operand)

    def holds(value: Any) -> bool:
        if isinstance(value, str):
            return isinstance(operand, str) and operand in value
        return isinstance(value, list) and in_list(value)

    return Condition(holds, f"contains {shown(operand)}", f"does not contain {shown(operand)}")


def _compared(name: str, compare: Callable[[Any, Any], bool]) -> Callable[[Any], Condition]:
    def compiled(operand: Any) -> Condition:
        if isinstance(operand, bool) or not isinstance(operand, (int, float)):
            raise _bad("must be a number")

        def holds(value: Any) -> bool:
            kind = type(value)
            return (kind is int or kind is float) and compare(value, operand)

        return Condition(holds, f"is {name} {operand}", f"is not {name} {operand}")

    return compiled


OPERATORS: dict[str, Callable[[Any], Condition]] = {
    "not": _not,
    "glob": _glob,
    "prefix": _prefix,
    "suffix": _suffix,
    "contains": _contains,
    "gt": _compared("over", operator.gt),
    "gte": _compared("at least", operator.ge),
    "lt": _compared("under", operator.lt),
    "lte": _compared("at most", operator.le),
    "exists": _exists,
    "any": _any,
    "all": _all,
    "none": _none,
}


def _wanted_text(operand: Any) -> str:
    if not isinstance(operand, str) or not operand:
        raise _bad("must be a text; numbers need quotes here")
    return operand


def _bad(message: str, suggestion: str | None = None, *, at: Iterable[int] = ()) -> BadCondition:
    return BadCondition(Fault(tuple(at), message, suggestion))
