"""Whether a rule in shadow may go live, by what became of its firings; and why, in a sentence."""

from typing import NamedTuple

from rules.durations import in_words
from rules.trials.shadowing import SAME_SECONDS, Report

LEAST_DAYS = 7
LEAST_JUDGED = 3  # firings of which it is known what became
MOST_NEEDLESS = 0.2  # of them; an app that would have recovered by itself, or was mended another way


class Readiness(NamedTuple):
    """`ready` is None where there is not enough evidence."""

    ready: bool | None
    sentence: str


def readiness(report: Report) -> Readiness:
    """What the evidence amounts to. It decides nothing: a person turns a rule live."""
    judged = report.fired - report.outcomes.get("open", 0)
    if report.like is None:
        return Readiness(
            None, "What people do instead of it cannot be seen in Heroku's events, so a person must judge."
        )
    if report.missed and report.missed > judged:
        told = f"{times(report.missed)} somebody {report.like} and it would not have, more often than it fired"
        return Readiness(False, f"Not ready: {told}.")
    if report.since is None or report.days < LEAST_DAYS:
        had = in_words(report.days * 86_400) if report.since is not None else "no time at all"
        return Readiness(
            None, f"Not enough evidence: it has been in force for {had}, and {LEAST_DAYS} days are the least."
        )
    if judged < LEAST_JUDGED:
        return Readiness(
            None, f"Not enough evidence: what became of it is known {times(judged)}, and {LEAST_JUDGED} are the least."
        )
    return _by_outcomes(report, judged)


def _by_outcomes(report: Report, judged: int) -> Readiness:
    needless = report.outcomes.get("recovered", 0) + report.outcomes.get("otherwise", 0)
    if needless / judged > MOST_NEEDLESS:
        return Readiness(
            False,
            f"Not ready: {times(needless)} of {judged} it was not needed, as the app recovered by itself or somebody "
            "mended it another way.",
        )
    wanted = sum(report.outcomes.get(outcome, 0) for outcome in ("same", "ours"))
    went_on = report.outcomes.get("went on", 0)
    facts = [f"{times(wanted)} of {judged} somebody {report.like} within {in_words(SAME_SECONDS)}"]
    facts += [f"{times(went_on)} the trouble went on and nobody did"] if went_on else []
    facts += [f"{times(report.missed)} somebody did when it would not have"] if report.missed else []
    return Readiness(True, f"Ready to go live: {', '.join(facts)}.")


def times(number: int) -> str:
    """A number of times in words."""
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")
