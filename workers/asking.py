"""A step's way to an agent: what it may use is checked before anything is sent, and written down."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import structlog
from redis.exceptions import RedisError

from core.answers import Answer
from core.audit import Audit, AuditLine
from heroku.access import Grant, Level
from heroku.errors import AccessDenied, Invalid
from heroku.inference.asking import Request
from workers.streams import Bounds, Streams

# What a tool can reach. What runs code on a dyno can read every config var there. New names appear: they count as that.
_CODE = ("dynos", Level.FULL)
TOOLS: Mapping[str, tuple[str, Level] | None] = {
    "dyno_run_command": _CODE,
    "code_exec_python": _CODE,
    "code_exec_ruby": _CODE,
    "code_exec_node": _CODE,
    "code_exec_go": _CODE,
    "postgres_get_schema": ("add-ons", Level.READ),
    "postgres_run_query": ("add-ons", Level.FULL),
    "html_to_markdown": None,
    "pdf_to_markdown": None,
}

log = structlog.get_logger()


class Use(NamedTuple):
    """A tool that the agent may call, on this app; of which `type` it is."""

    tool: str
    app: str
    type: str


def reach(tool: str, kind: str) -> tuple[str, Level] | None:
    """What a tool needs; None if nothing. Whatever an MCP server calls its own, it is not Heroku's."""
    return _CODE if kind == "mcp" else TOOLS.get(tool, _CODE)


class Asking:
    """`allowed` is asked before each: it raises if the step may not go on, or is another worker's now."""

    def __init__(
        self,
        streams: Streams | None,
        audit: Audit,
        *,
        id: str,
        run: str,
        spent: Bounds,
        grant: Grant,
        now: Callable[[], float],
        allowed: Callable[[], None],
    ) -> None:
        self._streams = streams
        self._audit = audit
        self._id = id
        self._run = run
        self.spent = spent  # by other steps of the run
        self._grant = grant
        self._now = now
        self._allowed = allowed

    @property
    def model(self) -> str:
        """The model to ask unless another is named. Raises Invalid if none is set."""
        if not self._heard.model:
            raise Invalid(method="POST", path="agents", message="INFERENCE_MODEL_ID is not set")
        return self._heard.model

    def look(self) -> Answer | None:
        """What has come; None if nothing was asked."""
        return self._heard.look(self._id)

    def forget(self) -> None:
        """Nothing came of it, and it may be asked again."""
        self._heard.forget(self._id)

    def ask(self, request: Request, bounds: Bounds, *, app: str, uses: Iterable[Use]) -> None:
        """Ask once. Raises AccessDenied for a tool or an app that was not granted: then nothing is sent."""
        self._allowed()
        for use in uses:
            self._check(use)
        began = time.monotonic()

        def stopped() -> None:
            self.write(app=app, outcome="unknown", seconds=time.monotonic() - began, why="its run was stopped")

        self._heard.ask(self._id, request, bounds, when_stopped=stopped)

    def write(self, *, app: str, outcome: str, seconds: float, why: str, allowed: bool = True) -> None:
        """Into the record of calls; that it could not be kept hides nothing else."""
        line = AuditLine(
            self._now(), self._grant.who, self._run, "ask_agent", app, allowed, why, outcome, seconds, None, None, None
        )
        log.info("agent asked", **line.to_log(), sentence=line.sentence)
        try:
            self._audit.write(line)
        except (RedisError, OSError) as error:
            log.warning("a call could not be recorded", run=self._run, error=type(error).__name__)

    @property
    def _heard(self) -> Streams:
        if self._streams is None:
            message = "INFERENCE_URL and INFERENCE_KEY are not set: there is no agent to ask"
            raise Invalid(method="POST", path="agents", message=message)
        return self._streams

    def _check(self, use: Use) -> None:
        group, level = reach(use.tool, use.type) or ("dynos", Level.OFF)
        has = self._grant.levels.get(group, Level.OFF)
        reason = ""
        if has < level:
            reason = f"{self._grant.who} needs {group}: {level.word} for the tool {use.tool}, and has {has.word}"
        elif not self._grant.covers(use.app):
            reason = f"{self._grant.who} may not touch {use.app}, where the tool {use.tool} would run"
        if reason:
            self.write(app=use.app, outcome="denied", seconds=0.0, why=reason, allowed=False)
            raise AccessDenied(
                endpoint="ask_agent", group=group, needed=level.word, granted=has.word, app=use.app, reason=reason
            )


def spent(outputs: Iterable[Mapping[str, Any]]) -> Bounds:
    """What the agents among the steps with these outputs have used."""
    told = [output for output in outputs if "transcript" in output]
    tokens = sum(int(output["usage"].get("total", 0)) for output in told)
    return Bounds(sum(float(output.get("seconds", 0.0)) for output in told), tokens)
