"""What holds a run back when its turn has come: the brake, what became of its rule, a silence, a breaker."""

from core.runs import Run
from rules.model import Mode
from rules.silences import silence_over
from workers.crew import Crew
from workers.visits import is_system

OVERLAP_SECONDS = 60.0  # in a deploy old and new workers run side by side
GONE = "its rule is no longer in the rules"


class ForAnother(Exception):
    """Another worker may take the run, as its rules or its brake are others: this one leaves it alone for now."""


def stopped_by(crew: Crew, run: Run, *, token: str) -> str | None:
    """Why the run ends here, None if it may go on. Raises ForAnother, ClaimLost."""
    brake = _brake(crew, run)
    if brake and run.now - run.planned_at < OVERLAP_SECONDS:
        raise ForAnother(brake)
    return brake or _gone(crew, run) or _silence(crew, run) or _breaker(crew, run, token)


def _brake(crew: Crew, run: Run) -> str | None:
    """What has begun to change something is seen through, as far as looking goes."""
    if is_system(run) or any(record.changed or record.state == "started" for record in run.journal.values()):
        return None
    if crew.brake is not Mode.LIVE:
        return f"ACT is {crew.brake.value}"
    rule = crew.book.rule(run.rule)
    return None if rule is None or rule.mode is Mode.LIVE else f"the rule is {rule.mode.value} now"


def _gone(crew: Crew, run: Run) -> str | None:
    """A rule that is gone begins nothing any more, unless it is gone only here: a worker of other rules, which may be
    the newer ones, takes the run, or ends before this one looks again. Raises ForAnother."""
    if is_system(run) or has_begun(run) or crew.book.rule(run.rule):
        return None
    young = run.now - run.planned_at < OVERLAP_SECONDS
    if young or crew.ledger.is_live_elsewhere(run.rule, ours=crew.book.digest):
        raise ForAnother(GONE)
    return GONE


def _silence(crew: Crew, run: Run) -> str | None:
    """A silence that was set since it was planned holds back what has not begun, unless a person answered it."""
    if is_system(run) or has_begun(run) or run.approval:
        return None
    silence = silence_over(crew.runs.silences(), run.rule, (run.app, run.app_name), now=run.now * 1000)
    return silence.sentence if silence else None


def _breaker(crew: Crew, run: Run, token: str) -> str | None:
    """A run that had to queue passes its gates again when it starts. Raises ClaimLost."""
    return "the rule's breaker is open" if crew.runs.start(run, token=token) == "breaker" else None


def has_begun(run: Run) -> bool:
    """Whether a step of it was looked at."""
    return any(field.startswith("step:") for field in run.journal)
