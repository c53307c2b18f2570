"""Log lines: an event name and fields, logfmt on Heroku; what looks like a secret is struck out."""

import logging
import re
import sys
from typing import Any, Literal

import structlog

SECRET_NAMES = re.compile(r"secret|token|password|authorization|api_key|signature", re.IGNORECASE)
SECRET_SHAPES = re.compile(r"HRKU-[\w-]+|inf-[0-9a-f-]{20,}|Bearer\s+\S+|(?<=://)[^/\s]+(?=@)")
STRUCK = "[struck out]"


def strike_secrets(_: Any, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Nothing that is named or shaped like a secret reaches a log drain."""
    for name, value in line.items():
        if not name.startswith("_"):  # structlog's own notes
            line[name] = _struck(name, value)
    return line


def _struck(name: str, value: Any) -> Any:
    """The value without what must not be seen, wherever in it that stands."""
    if SECRET_NAMES.search(name):
        return STRUCK
    match value:
        case None | bool() | int() | float():
            return value
        case dict():
            return {key: _struck(str(key), part) for key, part in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_struck("", part) for part in value]
        case _:
            text = str(value)
            shown = SECRET_SHAPES.sub(STRUCK, text)
            return value if shown == text else shown


def set_up(style: Literal["logfmt", "json", "console"], *, level: int = logging.INFO) -> None:
    """Point structlog and the standard library's loggers at standard output, in one style."""
    renderers: dict[str, Any] = {
        "logfmt": structlog.processors.LogfmtRenderer(key_order=["level", "event"], bool_as_flag=False),
        "json": structlog.processors.JSONRenderer(),
        "console": structlog.dev.ConsoleRenderer(colors=False),
    }
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        strike_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderers[style]],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("celery", "httpx2", "kombu"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))
