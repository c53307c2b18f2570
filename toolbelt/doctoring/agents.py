"""The agents that rules ask: is there a service, does it let us in, and are there the tools that rules name."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from core.settings import Settings
from heroku.errors import HerokuError
from heroku.inference.client import Inference
from rules.model import Mode
from rules.rulebook import Rule, Rulebook, Step
from rules.suggesting import closest
from rules.texts.templates import is_template
from toolbelt import needs
from toolbelt.doctoring.findings import Finding, attention, broken, ok

AREA = "agents"
MOST_SECONDS = 10.0


def of_agents(chosen: Settings, book: Rulebook | None) -> Iterator[Finding]:
    """Nothing if no rule asks one."""
    asking = [rule for rule in needs.at_work(book) if _steps(rule)] if book else []
    if not asking:
        return
    lacking = [name for name in ("inference_url", "inference_key", "inference_model_id") if not getattr(chosen, name)]
    if lacking:
        says, do = f"not set: {', '.join(map(str.upper, lacking))}", "heroku addons:create heroku-inference sets them"
        if any(rule.mode is Mode.LIVE for rule in asking):
            yield broken(AREA, "service", says, do)
        else:
            shadow = f"{says}; only rules in shadow ask an agent: {', '.join(rule.name for rule in asking)}"
            yield attention(AREA, "service", shadow, f"nothing, until one of them goes live; then {do}")
        return
    try:
        known = asyncio.run(_tools(chosen))
    except (HerokuError, TimeoutError, ValueError) as error:
        said = str(error) or "it does not answer"
        yield broken(AREA, "service", f"cannot be asked: {said}", "look at the add-on: heroku addons")
        return
    yield ok(AREA, "service", "answers")
    tools = {name for rule in asking for step in _steps(rule) for name in _named(step.params)}
    for name in sorted(tools - known):
        hint = closest(name, known)
        do = f"did you mean {hint}?" if hint else "bin/dynohook agent servers shows those that are"
        yield attention(AREA, name, "no MCP server that is registered has a tool of that name", do)


def _steps(rule: Rule) -> list[Step]:
    return [step for step in (*rule.do, *rule.on_failure) if step.action == "agent"]


async def _tools(chosen: Settings) -> set[str]:
    """The tools of all MCP servers that are registered."""
    assert chosen.inference_url  # noqa: S101  looked at before
    assert chosen.inference_key  # noqa: S101
    client = Inference(chosen.inference_key.get_secret_value(), base_url=chosen.inference_url, user_agent="dynohook")
    try:
        async with asyncio.timeout(MOST_SECONDS):
            servers = await client.mcp_servers()
    finally:
        await client.close()
    tools = [tool for server in servers for tool in server.get("tools") or () if isinstance(tool, dict)]
    return {str(tool.get("name")) for tool in tools}


def _named(params: Mapping[str, Any]) -> Iterator[str]:
    """The MCP tools that a step writes out."""
    for tool in params.get("tools") or ():
        if tool.get("type") == "mcp" and not is_template(tool["name"]):
            yield str(tool["name"])
