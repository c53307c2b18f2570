"""The two acts, played on a stage and told as they happen."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from core import layout
from core.runs import Run
from toolbelt.demo.happenings import Happening, Happenings
from toolbelt.demo.page import Page
from toolbelt.demo.stage import APP, RULES, Stage
from toolbelt.waiting import DidNotHappen, until

ACT = 90.0  # seconds, many times what an act takes
ENDED = ("done", "not needed", "failed", "stopped", "dead")
FAILED_RELEASE, CRASHING_RELEASE = RULES
OUTCOMES = {FAILED_RELEASE: "not needed", CRASHING_RELEASE: "done"}


@dataclass(frozen=True, slots=True)
class Story:
    """Plays the acts on a stage and tells them on a page. Every method raises DidNotHappen."""

    stage: Stage
    happenings: Happenings
    page: Page

    def act_one(self) -> None:
        self.page.heading("Act one: a deploy fails in its release phase")
        self._deploy("fail-release-phase", "pushes a change whose release command fails.")
        self._follow_until(lambda: self._came_to(FAILED_RELEASE, OUTCOMES[FAILED_RELEASE]), "act one to end")
        self.page.paragraph("The old release never stopped running, so nothing had to be done, and nothing was.")

    def act_two(self) -> None:
        self.page.heading("Act two: a deploy succeeds, and its dynos crash")
        self._deploy("crash", "pushes a change that starts, and then crashes.")
        self._follow_until(lambda: self._came_to(CRASHING_RELEASE, OUTCOMES[CRASHING_RELEASE]), "act two to end")
        self._follow_until(self.is_quiet, "everything to settle")

    def follow(self) -> None:
        """Tell what is new; the service must be alive."""
        for happening in self.happenings.look():
            self.page.tell(happening)
        self.stage.service.check()

    def is_quiet(self) -> bool:
        """The app runs well, nothing is owed, nothing is due. Asked in the order in which one leads to the next."""
        return (
            self.stage.heroku.app(APP).well
            and all(delivery.status == "succeeded" for delivery in self.stage.heroku.deliveries())
            and not self.stage.ledger.zcard(layout.DUE + "decide")
            and all(run.state in ENDED for run in self.happenings.runs())
        )

    def _deploy(self, outcome: str, what: str) -> None:
        self.page.tell(Happening("developer", what, time.time()))
        self.stage.heroku.deploy(APP, outcome)

    def _came_to(self, rule: str, outcome: str) -> Run | None:
        """The run, once it has ended as it should. Raises DidNotHappen if it ended otherwise."""
        run = next((run for run in self.happenings.runs() if run.rule == rule and run.state in ENDED), None)
        if run is not None and run.state != outcome:
            self.follow()
            raise DidNotHappen(f"{rule} should have come to {outcome!r}, and it came to {run.state!r}")
        return run

    def _follow_until(self, look: Callable[[], object], what: str) -> None:
        def followed() -> object:
            found = look()  # first, so that what it found has been told when we leave
            self.follow()
            return found

        until(followed, what=what, within=ACT)
