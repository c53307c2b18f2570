"""The gates that hold an event against others: changed, after, count, missing, quiet_for; and what they put off."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from heroku.events import Event
from rules.bounds import AFTER_MILLISECONDS, MISSING_MILLISECONDS
from rules.correlating import Left, partner_key, state_key
from rules.deciding import Verdict
from rules.holding import Gate, Slot, milliseconds
from rules.rulebook import Changed, Count, Partner, Quiet, Rule
from rules.trials.traces import Traces
from rules.trials.windows import Window
from rules.waiting import Kind, Wait, Waits

STAGES: Final[dict[Kind | None, int]] = {None: 0, "after": 1, "missing": 2, "quiet": 3}


class Recalling:
    """Every `now` is in milliseconds, and never before the last."""

    def __init__(self) -> None:
        self._traces, self._waits = Traces(), Waits()
        self._windows: dict[Slot, Window] = defaultdict(Window)

    def leave(self, event: Event, left: Left, t: int, now: int) -> None:
        """Keep what an event leaves behind, whether or not a rule matched it."""
        self._traces.leave(event.id, left, t=t, now=now)

    def next_due(self) -> int | None:
        """When a rule that was put off is to be judged."""
        return self._waits.next_due()

    def over(self, now: int) -> Iterator[Wait]:
        """The rules that were put off until `now`, in their order."""
        return self._waits.over(now)

    def stopped(self, event: Event, verdict: Verdict, t: int, now: int, *, over: Kind | None) -> Gate | None:
        """The gate that closes for an event of the time `t`, from the one on at which the rule was put off."""
        rule, stage = verdict.rule, STAGES[over]
        return (
            (self._changed(event, rule.changed, now) if rule.changed and stage < 1 else None)
            or (self._after(event, verdict, rule.after, t, now, again=stage == 1) if rule.after and stage < 2 else None)
            or (self._counted(event, verdict, rule.count, t, now) if rule.count and stage < 2 else None)
            or (
                self._missing(event, verdict, rule.missing, t, now, over=stage == 2)
                if rule.missing and stage < 3
                else None
            )
            or (self._quiet(event, verdict, rule.quiet, t, now) if rule.quiet and stage < 3 else None)
        )

    def forget(self, now: int) -> None:
        """Let go what has ended."""
        self._traces.forget(now)
        for slot in [slot for slot, window in self._windows.items() if window.has_ended(now)]:
            del self._windows[slot]

    def _changed(self, event: Event, wanted: Changed, now: int) -> Gate | None:
        return self._traces.changed(event.id, state_key(wanted.path, event) or "", wanted, now=now)

    def _after(self, event: Event, verdict: Verdict, partner: Partner, t: int, now: int, *, again: bool) -> Gate | None:
        """If no partner came, it is looked for once more a little later, as events overtake each other.

        Dynos tell whole seconds: all of such a second counts as with it.
        """
        within = milliseconds(partner.within_seconds)
        if self._came(event, partner, t - within, t if t % 1000 else t + 999, now):
            return None
        if again:
            return "after", within
        return self._put_off("after", event, verdict, t, now, due=now + AFTER_MILLISECONDS)

    def _missing(
        self, event: Event, verdict: Verdict, partner: Partner, t: int, now: int, *, over: bool
    ) -> Gate | None:
        until = t + milliseconds(partner.within_seconds)
        if came := self._came(event, partner, t, until, now):
            return "came", came
        if over:
            return None
        return self._put_off("missing", event, verdict, t, now, due=max(now, until) + MISSING_MILLISECONDS)

    def _came(self, event: Event, partner: Partner, since: int, until: int, now: int) -> str | None:
        return self._traces.came(partner_key(partner, event) or "", since, until, id=event.id, now=now)

    def _counted(self, event: Event, verdict: Verdict, count: Count, t: int, now: int) -> Gate | None:
        window = self._windows[_slot(verdict)]
        within, late = milliseconds(count.within_seconds), milliseconds(verdict.rule.fresh_within_seconds)
        seen = window.add(event.id, t, now=now, within=within, late=late)
        if seen < count.at_least:
            return "window", seen, count.at_least
        window.empty()
        return None

    def _quiet(self, event: Event, verdict: Verdict, quiet: Quiet, t: int, now: int) -> Gate:
        """Of all that came for the key the newest by its own time goes on, of equal ones the one that came last."""
        row = ":".join(("quiet", *_slot(verdict)))
        before = self._waits.row(row)
        since = before.since if before else now
        due = min(now + milliseconds(quiet.seconds), since + milliseconds(quiet.max_wait_seconds))
        if before and before.t > t:
            event, verdict, t = before.event, before.verdict, before.t
        return self._waits.put_off(row, Wait("quiet", event, verdict, t, since, max(due, now)))

    def _put_off(self, kind: Kind, event: Event, verdict: Verdict, t: int, now: int, *, due: int) -> Gate:
        return self._waits.put_off(run_id(event, verdict.rule), Wait(kind, event, verdict, t, now, due))


def run_id(event: Event, rule: Rule) -> str:
    """What the run of that rule for that event is called; what is put off goes by the same name."""
    return f"{event.id}:{rule.name}"


def time_of(event: Event, now: int) -> int:
    """When it happened; an event of the future, or without a time, happens now."""
    return min(milliseconds(event.created_at.timestamp()), now) if event.created_at else now


def _slot(verdict: Verdict) -> Slot:
    return verdict.mode.value, verdict.rule.name, verdict.key
