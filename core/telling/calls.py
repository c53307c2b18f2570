"""Those of the calls to Heroku that somebody asks for."""

from collections.abc import Iterable, Iterator

from core.audit import AuditLine


def chosen(
    lines: Iterable[AuditLine],
    *,
    app: str = "",
    who: str = "",
    run: str = "",
    outcome: str = "",
    denied: bool = False,
) -> Iterator[AuditLine]:
    """In their order; what is empty may be anything. `who` and `run` fit where that is part of the name."""
    for line in lines:
        fits = app in ("", line.app) and who.lower() in line.who.lower() and run in line.run
        if fits and outcome in ("", line.outcome) and not (denied and line.allowed):
            yield line
