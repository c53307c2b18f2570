"""`agent`: asks an agent of Heroku's and keeps what it says. By itself it changes nothing; what a rule makes of the
answer is up to its other steps.

A question is asked once: what broke off, for whatever reason, is kept as far as it had come and not asked again.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.answers import Answer
from heroku.errors import Unavailable
from rules.actions import ActionSpec, Need, Written
from rules.texts.marking import marked
from rules.texts.templates import is_template
from workers.actions import agent_answers
from workers.actions.agent_context import NEEDS
from workers.actions.agent_params import Params, unfit
from workers.actions.agent_request import request, uses
from workers.actions.base import Action, Outcome, Step
from workers.asking import reach
from workers.streams import UNAVAILABLE, Bounds

LOOK_SECONDS = 2.0
TELL_CHARACTERS = 300  # of the answer, in the sentence
ENDED: Mapping[str, str] = {
    "cut": "the stream broke off",
    "deadline": "its time was up",
    "budget": "it used more tokens than it may",
    "interrupted": "the worker that listened was stopped",
    "failed": "it failed",
}


def perform(step: Step[Params]) -> Outcome:
    """Ask, or look what has come. Raises AccessDenied, Unavailable and what the client raises."""
    came = step.asking.look()
    if came is not None:
        return _heard(step, came)
    if "asked_agent" in step.memory:
        return Outcome("failed", "What the agent said was lost, and it is not asked twice.")
    left = Bounds(step.params.within - step.asking.spent.seconds, step.params.budget - step.asking.spent.tokens)
    if left.seconds <= 0 or left.tokens <= 0:
        return Outcome("failed", "Other agents of this run have used up its time or its tokens.")
    left = replace(left, is_json=step.params.answer is not None)
    step.asking.ask(request(step), left, app=step.app_name, uses=uses(step))
    step.memory["asked_agent"] = step.now
    return Outcome("waiting", "Asked the agent.", look_again=1.0)


def _heard(step: Step[Params], came: Answer) -> Outcome:
    if not came.is_over:
        step.memory["asked_agent"] = step.memory.get("asked_agent", step.now)
        so_far = _short(str(came.told.get("answer", ""))) or "nothing so far"
        return Outcome("waiting", f"The agent is at work: {so_far}", look_again=LOOK_SECONDS)
    if came.state == UNAVAILABLE:
        step.asking.forget()
        step.memory.pop("asked_agent", None)
        wait = float(came.told.get("retry_after", LOOK_SECONDS))
        raise Unavailable(method="POST", path="agents", message="no agent could be asked", retry_after=wait)
    ended = came.state if came.state in ENDED or came.state == "done" else "interrupted"
    seconds = float(came.told.get("seconds", 0.0))
    tokens = came.told.get("transcript", {}).get("usage", {}).get("total", 0)
    why = f"{tokens:,} tokens" if ended == "done" else f"{ENDED[ended]}, {tokens:,} tokens"
    step.asking.write(app=step.app_name, outcome="done" if ended == "done" else "unknown", seconds=seconds, why=why)
    return _done(step, came) if ended == "done" else _broken_off(came, ended)


def _done(step: Step[Params], came: Answer) -> Outcome:
    output, said = _output(came), str(came.told.get("answer", ""))
    told = f"{output['usage'].get('total', 0):,} tokens"
    broke_off = came.told.get("transcript", {}).get("finish") == "length"
    if not said.strip():
        return Outcome("failed", f"The agent came to an end ({told}) and said nothing.", output=output)
    if step.params.answer:
        try:
            output["answer"] = agent_answers.read(said, step.params.answer, begun=_begun(step.params))
        except agent_answers.BadAnswer as error:
            why = f"{error}; it broke off at max_tokens" if broke_off else str(error)
            return Outcome("failed", f"The agent's answer cannot be used: {why}.", output=output)
    return Outcome("done", f"The agent said ({told}{', up to max_tokens' * broke_off}): {_short(said)}", output=output)


def _begun(params: Params) -> str:
    """What the rule had the answer begin with, which the model does not say again."""
    last = params.messages[-1] if params.messages else None
    return (last.content or "") if last and last.role == "assistant" else ""


def _broken_off(came: Answer, ended: str) -> Outcome:
    why = f": {came.told['why']}" if came.told.get("why") else ""
    return Outcome("failed", f"The agent did not come to an end: {ENDED[ended]}{why}.", output=_output(came))


def _short(text: str) -> str:
    """Its beginning, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= TELL_CHARACTERS else line[: TELL_CHARACTERS - 1] + "…"


def _output(came: Answer) -> dict[str, Any]:
    transcript = came.told.get("transcript", {})
    return {
        "text": came.told.get("answer", ""),
        "usage": transcript.get("usage", {}),
        "seconds": came.told.get("seconds", 0.0),
        "transcript": {name: transcript.get(name, []) for name in ("parts", "left_out")},
    }


def settle(_: Step[Params]) -> None:
    """It makes no call of its own that changes anything."""


def _needs(written: Written) -> tuple[Need, ...]:
    """What it shows and the tools that it names, as far as they are written out."""
    context, tools = written.get("context"), written.get("tools")
    needed = [NEEDS[each] for each in context if each in NEEDS] if isinstance(context, list) else []
    for tool in tools if isinstance(tools, list) else ():
        name = tool.get("name") if isinstance(tool, dict) else None
        if isinstance(name, str) and not is_template(name):
            reaches = reach(name, str(tool.get("type")))
            needed += [Need(*reaches)] if reaches else []
    return tuple(needed)


ACTION = Action(
    spec=ActionSpec(
        name="agent",
        params=Params,
        changes=False,
        needs_more=_needs,
        unfit=unfit,
        joins={"prompt": marked, "system": marked, "messages": marked},
    ),
    perform=perform,
    settle=settle,
    reads_live_state=False,
)
