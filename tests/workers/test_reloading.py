"""Rule files that change while workers run: taken up whole, or not at all and then people are told."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from redis.exceptions import ConnectionError as ConnectionLost

from core import layout
from core.settings import Settings, read
from heroku.samples import sample
from rules.outlines import outline
from tests.workers.failing import FailingLedger
from tests.workers.process import start
from tests.workers.world import APP, World
from toolbelt.crew import Crew
from toolbelt.processes import Process
from toolbelt.servers import Server
from workers import rulebooks
from workers.crew import Crew as WorkerCrew
from workers.reloading import Reloading

SECONDS = 30.0  # on a busy machine

HEAD = "version: 1\nrules:\n"
TWICE = """\
  - name: twice
    mode: live
    on: dyno
    match: {data.state: crashed}
    count: {at_least: 2, within: 10m}
    do: [{notify: {to: log, text: "twice, SAID"}}]
"""
MORE = "  - {name: more, mode: live, on: api:domain.create, do: [{notify: {to: log, text: more}}]}\n"
BROKEN = HEAD + TWICE.replace("count:", "cuont:")


class Folder:
    """A folder of rule files that somebody edits, and a worker's look at it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write("a", HEAD + TWICE)
        self.settings: Settings = read(environment={"RULES_PATH": str(path)})

    def write(self, name: str, text: str) -> None:
        (self.path / f"{name}.yaml").write_text(text)

    def digest(self) -> str:
        """Of the rules as they are in the folder now."""
        return rulebooks.load_rules(self.settings, {}).digest

    def reloading(self, crew: WorkerCrew) -> Reloading:
        """With the rules of the folder in force."""
        loaded = rulebooks.standing(self.settings)
        crew.book = rulebooks.load_rules(self.settings, {})
        return Reloading(
            crew,
            loaded=loaded,
            standing=lambda: rulebooks.standing(self.settings),
            load=lambda: rulebooks.load_rules(self.settings, {}),
        )


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda folder: folder.write("a", HEAD + TWICE + MORE), id="a changed file"),
        pytest.param(lambda folder: folder.write("b", HEAD + MORE), id="a new file"),
        pytest.param(lambda folder: (folder.path / "b.yaml").unlink(), id="a removed file"),
        pytest.param(lambda folder: (folder.path / "b.yaml").rename(folder.path / "c.yaml"), id="a renamed file"),
    ],
)
def test_what_changed_is_taken_up_at_the_second_look(
    world: World, folder: Folder, change: Callable[[Folder], object]
) -> None:
    """Not at the first, as somebody may be amid writing."""
    folder.write("b", HEAD + "  - {name: old, on: api:app.create, do: [{notify: {to: log, text: x}}]}\n")
    crew = world.worker().crew
    reloading = folder.reloading(crew)
    before = crew.book
    change(folder)

    reloading.look()
    assert crew.book is before
    reloading.look()
    assert crew.book is not before
    assert crew.book.digest == folder.digest()
    taken = crew.book
    for _ in range(3):
        reloading.look()
    assert crew.book is taken, "it is read once"


def test_what_stays_as_it_is_is_not_read_again(world: World, folder: Folder) -> None:
    crew = world.worker().crew
    reloading = folder.reloading(crew)
    before = crew.book
    for _ in range(3):
        reloading.look()
    assert crew.book is before


def test_decisions_from_then_on_refer_to_rules_that_are_kept_and_the_beat_tells_which(
    world: World, folder: Folder
) -> None:
    crew = world.worker().crew
    reloading = folder.reloading(crew)
    folder.write("b", HEAD + MORE)
    reloading.look()
    reloading.look()
    crew.beat.tick()

    assert world.hands.book(folder.digest()) == outline(crew.book)
    assert world.hands.status()["rules"] == [folder.digest()]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param(
            lambda folder: folder.write("a", BROKEN), "a.yaml:7:5: rules[0].cuont: is not known here", id="a wrong key"
        ),
        pytest.param(lambda folder: folder.write("a", "rules: ["), "a.yaml:", id="no YAML"),
        pytest.param(lambda folder: (folder.path / "a.yaml").unlink(), "RULES_PATH: there is no file", id="no file"),
        pytest.param(
            lambda folder: (folder.path / "a.yaml").write_bytes(b"\xff"), "is not text in UTF-8", id="no text"
        ),
        pytest.param(
            lambda folder: folder.write("a", HEAD + NEEDY), "HEROKU_API_KEY is not set", id="a live rule and no token"
        ),
    ],
)
def test_what_does_not_load_leaves_the_old_rules_in_force_and_is_told_once(
    world: World, folder: Folder, spoil: Callable[[Folder], object], says: str
) -> None:
    crew = world.worker().crew
    reloading = folder.reloading(crew)
    before = crew.book
    spoil(folder)
    for _ in range(4):
        reloading.look()

    assert crew.book is before
    [told] = world.told()
    assert told.startswith("The rule files have changed and do not load, so the rules from before stay in force: ")
    assert says in told

    folder.write("a", HEAD + TWICE + MORE)
    reloading.look()
    reloading.look()
    assert crew.book.digest == folder.digest() != before.digest
    spoil(folder)
    reloading.look()
    reloading.look()
    assert len(world.told()) == 1, "the same is told once"


NEEDY = "  - {name: needy, mode: live, on: api:app.create, access: {releases: write}, do: [{rollback: {}}]}\n"


def test_many_problems_are_told_in_few_words(world: World, folder: Folder) -> None:
    crew = world.worker().crew
    reloading = folder.reloading(crew)
    folder.write("a", HEAD + "  - {}\n" * 20)
    reloading.look()
    reloading.look()

    [told] = world.told()
    assert told.count("a.yaml:") == 3
    assert "; and " in told


def test_no_rule_decides_before_its_outline_is_kept(world: World, folder: Folder) -> None:
    crew = world.worker(ledger=FailingLedger(world.server, failures=1)).crew
    reloading = folder.reloading(crew)
    before = crew.book
    folder.write("b", HEAD + MORE)
    reloading.look()
    with pytest.raises(ConnectionLost):
        reloading.look()
    assert crew.book is before
    reloading.look()
    assert crew.book.digest == folder.digest()


def test_a_worker_that_is_told_to_stop_takes_up_nothing_more(world: World, folder: Folder) -> None:
    crew = world.worker().crew
    reloading = folder.reloading(crew)
    before = crew.book
    folder.write("b", HEAD + MORE)
    reloading.look()
    reloading.stop()
    reloading.look()
    assert crew.book is before


# --- a real worker ---


@pytest.fixture
def working(world: World, running: Server, folder: Folder) -> Iterator[Process]:
    with Crew() as crew:
        worker = start(crew, REDIS_URL=running.url, RULES_PATH=str(folder.path), LOG_FORMAT="json")
        worker.ready(lambda: "worker ready" in worker.output, what="the worker to be ready", within=SECONDS)
        yield worker


def crash(world: World) -> str:
    """One more dyno crashes."""
    id = str(uuid4())
    world.deliver(sample("dyno_crashed", id=id, app=APP, at=world.simulator.now))
    return id


def test_a_running_worker_takes_up_a_change_and_its_counts_go_on(
    world: World, folder: Folder, working: Process
) -> None:
    """One crash before and one after the change make two: what is kept by a rule's name stays."""
    first = crash(world)
    working.ready(lambda: decided(world, first), what="the first crash to be decided", within=SECONDS)
    assert world.gates(first) == [["window", 1, 2]]

    folder.write("a", HEAD + MORE + TWICE.replace("SAID", "by the new text"))
    working.ready(lambda: beats_with(world, folder.digest()), what="the worker to tell its rules", within=SECONDS)
    second = crash(world)
    working.ready(lambda: "twice, by the new text" in working.output, what="the rule to fire", within=SECONDS)

    assert world.gates(second)[0][0] == "planned"
    assert about_rules(world) == []
    [said] = [line for line in map(parsed, working.output.splitlines()) if line.get("event") == "rules reloaded"]
    assert said["rules"] == folder.digest() != said["before"]


def test_a_running_worker_goes_on_with_the_old_rules_while_the_new_do_not_load(
    world: World, folder: Folder, working: Process
) -> None:
    before = folder.digest()
    folder.write("a", BROKEN)
    [told] = working.ready(lambda: about_rules(world), what="the system target to be told", within=SECONDS)
    assert "rules[0].cuont: is not known here (did you mean count?)" in told

    crash(world)
    crash(world)
    working.ready(lambda: "twice, SAID" in working.output, what="the old rule to fire", within=SECONDS)
    assert beats_with(world, before)
    folder.write("a", HEAD + TWICE + MORE)
    working.ready(lambda: beats_with(world, folder.digest()), what="the mended rules to be taken up", within=SECONDS)


def about_rules(world: World) -> list[str]:
    """What `system` was told of rules; a worker that starts also tells that it begins with an empty Redis."""
    return [text for text in world.told() if text.startswith("The rule files")]


def decided(world: World, event: str) -> bool:
    return world.hands.event(event).state == "decided"


def beats_with(world: World, digest: str) -> bool:
    server: Any = world.server
    return [json.loads(beat)["rules"] for beat in server.hvals(layout.WORKERS)] == [digest]


def parsed(line: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(line) if line.startswith("{") else {}
    return found
