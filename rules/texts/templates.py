"""Texts with {{ … }} in a rule's steps: compiled and checked on loading, rendered when the step is taken.

What is missing or null in an event prints as nothing and compares as false, so that a message is sent with a gap
rather than not at all; `default` fills the gap. Only keys and positions are reached, never Python's attributes.

The context holds the event's fields, the whole of it again as `event`, the rule's name as `rule`, and what the steps
so far came to as `steps.NAME.outcome`, `steps.NAME.sentence`; in on_failure also the `error`; and the addresses of the
console's pages as `links.run` and `links.event`, where there is a console.
"""

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import jinja2
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from rules.errors import TemplateError
from rules.texts.pieces import Fence, Join, pieces_of
from rules.texts.template_bounds import Bounding
from rules.texts.template_filters import FILTERS, HIDDEN, as_text
from rules.texts.template_syntax import Names, check

__all__ = ["Template", "TemplateError", "compile_template", "is_template", "render_params"]

MAX_SOURCE: Final = 4_000  # characters
MAX_OUTPUT: Final = 16_000  # characters; what is longer is cut, and ends in …
MAX_PIECES: Final = 200_000  # characters, before they are joined
Mark = Callable[[str], str]
AS_IT_IS: Final[Mapping[str, Join]] = MappingProxyType({})
_MARK: ContextVar[Mark | None] = ContextVar("mark", default=None)
_LOOP_FIELDS: Final = frozenset({"index", "index0", "first", "last", "length"})


@dataclass(frozen=True, slots=True)
class Template:
    """A template that may be rendered; `steps` are the steps whose outcome it tells, `paths` where it looks."""

    source: str
    steps: frozenset[str]
    paths: frozenset[str]
    _roots: frozenset[str] = field(repr=False)
    _compiled: jinja2.Template = field(repr=False, compare=False)

    def names(self) -> frozenset[str]:
        """The names at the top of the context that it refers to."""
        return self._roots

    def render(self, context: Mapping[str, Any], *, mark: Mark | None = None, most: int = MAX_OUTPUT) -> str:
        """The text for `context`, at most so long; raises TemplateError. What {{ … }} prints passes `mark`."""
        token = _MARK.set(mark)
        try:
            return _cut(self._rendered(context, most), most)
        finally:
            _MARK.reset(token)

    def _rendered(self, context: Mapping[str, Any], left: int) -> str:
        pieces: list[str] = []
        try:
            for piece in self._compiled.generate(context):
                pieces.append(piece[: left + 1])
                left -= len(piece)
                if left < 0:
                    break
        except TypeError:
            raise TemplateError("compares values that cannot be compared") from None
        except (jinja2.TemplateError, ValueError) as error:
            raise TemplateError(f"cannot be rendered ({type(error).__name__})") from None
        return "".join(pieces)


def is_template(value: object) -> bool:
    """Whether a parameter is a text to be rendered."""
    return isinstance(value, str) and ("{{" in value or "{%" in value)


@lru_cache(maxsize=1_024)
def compile_template(text: str) -> Template:
    """The template in `text`; raises TemplateError if it is wrong or says what is not allowed."""
    if len(text) > MAX_SOURCE:
        raise TemplateError(f"is longer than {MAX_SOURCE:,} characters")
    try:
        tree = _ENVIRONMENT.parse(text)
        names: Names = check(tree)
        code = _ENVIRONMENT.compile(Bounding().visit(tree))
        compiled = jinja2.Template.from_code(_ENVIRONMENT, code, {})
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(f"is no template: {error.message}") from None
    except (RecursionError, MemoryError):
        raise TemplateError("is nested too deeply") from None
    return Template(text, names.steps, names.paths, names.roots, compiled)


def render_params(
    params: Mapping[str, Any], context: Mapping[str, Any], *, joins: Mapping[str, Join] = AS_IT_IS
) -> dict[str, Any]:
    """A step's parameters with every template in them rendered; raises TemplateError.

    In the parameters that `joins` names, what templates print is joined with what is written as it says.
    """
    return {key: _rendered(value, context, joins.get(key)) for key, value in params.items()}


def templates_in(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every template in a step's parameters, and where it stands."""
    if isinstance(value, str):
        if is_template(value):
            yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from templates_in(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from templates_in(inner, (*path, index))


def keys_with_templates(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where in a step's parameters a template stands as a key: it is never rendered."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if is_template(key):
                yield (*path, key)
            yield from keys_with_templates(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from keys_with_templates(inner, (*path, index))


def _rendered(value: Any, context: Mapping[str, Any], join: Join | None) -> Any:
    if isinstance(value, str):
        return _text(value, context, join) if is_template(value) else value
    if isinstance(value, Mapping):
        return {key: _rendered(inner, context, join) for key, inner in value.items()}
    if isinstance(value, list):
        return [_rendered(inner, context, join) for inner in value]
    return value


def _text(text: str, context: Mapping[str, Any], join: Join | None) -> str:
    template = compile_template(text)
    if join is None:
        return template.render(context)
    return _cut(join(pieces_of(template.render(context, mark=Fence(), most=MAX_PIECES))), MAX_OUTPUT)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


class _Missing(jinja2.ChainableUndefined):
    """What is not there: prints as nothing, is not more or less than anything."""

    def _never(self, other: object) -> bool:  # noqa: ARG002
        return False

    __lt__ = __le__ = __gt__ = __ge__ = __contains__ = _never  # type: ignore[assignment]


class _Environment(ImmutableSandboxedEnvironment):
    """Reaches into plain data only, and takes null for missing."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, LoopContext):
            return getattr(obj, attribute) if attribute in _LOOP_FIELDS else self.undefined(name=attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        found = None
        if isinstance(obj, Mapping) and isinstance(argument, str):
            found = obj.get(argument)
        elif isinstance(obj, (str, list, tuple)) and isinstance(argument, int) and -len(obj) <= argument < len(obj):
            found = obj[argument]
        return self.undefined(name=str(argument)) if found is None else found


def _environment() -> _Environment:
    environment = _Environment(
        undefined=_Missing, finalize=_printed, autoescape=False, keep_trailing_newline=True, cache_size=0
    )
    environment.filters = {**FILTERS, **HIDDEN}
    environment.tests = {
        "defined": lambda value: not _is_nothing(value),
        "undefined": _is_nothing,
        "none": _is_nothing,
    }
    environment.globals = {}
    return environment


def _printed(value: Any) -> str:
    text, mark = as_text(value), _MARK.get()
    return mark(text) if mark else text


def _is_nothing(value: object) -> bool:
    return value is None or isinstance(value, jinja2.Undefined)


_ENVIRONMENT: Final = _environment()
