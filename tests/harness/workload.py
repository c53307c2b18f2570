"""What is sent, and what must come of it: unique events, some with exactly one effect, most with none."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from heroku.samples import encode
from heroku.signature import HEADER, sign
from tests.harness import events
from tests.harness.events import Document
from tests.harness.stage import Stage
from toolbelt.simulator.views import AppView

LATE = timedelta(hours=73)


@dataclass
class Workload:
    """`effects`: apps of which each is to be rolled back once. `bystanders`: apps to which nothing may happen."""

    effects: list[AppView] = field(default_factory=list)
    bystanders: list[AppView] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)

    @property
    def ids(self) -> set[str]:
        """The events, each once."""
        return {document["id"] for document in self.documents}


def make(stage: Stage, chance: random.Random, *, quiet: int, effects: int, repeats: int = 0) -> Workload:
    """So many quiet events, crashes with an effect, and repeats of either; in an order left to chance."""
    work = Workload()
    work.effects = [stage.add_app(release_phase=chance.random() < 0.3) for _ in range(effects)]
    work.bystanders = [stage.add_app() for _ in range(2)]
    work.documents = [events.quiet(number, chance.choice(work.bystanders)) for number in range(quiet)]
    work.documents += [events.crash(app) for app in work.effects]
    late = events.crash(work.bystanders[0], at=datetime.now(UTC) - LATE)
    denied = events.crash(work.bystanders[1], kind="intruder")
    work.documents += [late, denied]
    work.documents += [chance.choice(work.documents) for _ in range(repeats)]
    chance.shuffle(work.documents)
    return work


def forge(stage: Stage, work: Workload) -> list[tuple[bytes, dict[str, str]]]:
    """Crashes of the bystanders that Heroku never signed so: unsigned, by another secret, by what signed another."""
    victim = work.bystanders[0]
    known = encode(events.crash(victim))
    stale = sign(stage.sender.secret, encode(work.documents[0]))
    return [
        (known, {}),
        (known, {HEADER: sign("another secret", known)}),
        (known, {HEADER: stale}),
        (known.replace(b'"web"', b'"web" '), {HEADER: sign(stage.sender.secret, known)}),
    ]
