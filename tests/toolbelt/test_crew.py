"""A crew's members announce themselves, are heard, and end in order."""

import os
import signal
from collections.abc import Iterator

import pytest

from toolbelt import guardian
from toolbelt.crew import Crew
from toolbelt.waiting import DidNotHappen, until

TIDY = ["sh", "-c", "trap 'echo tidied; exit 0' TERM; echo up; while :; do sleep 0.02; done"]
STUBBORN = ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.02; done"]


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew() as crew:
        yield crew


def test_what_a_process_says_is_heard_and_kept(crew: Crew) -> None:
    heard: list[str] = []
    process = crew.start("talker", ["sh", "-c", "echo one; echo two >&2"], env=os.environ, tell=heard.append)
    assert process.wait(10) == 0
    assert heard == ["one", "two"]
    assert process.output == "one\ntwo"


def test_bytes_that_are_not_text_are_heard_all_the_same(crew: Crew) -> None:
    process = crew.start("mumbler", ["printf", r"a\377b\n"], env=os.environ)
    process.wait(10)
    assert process.output == "a\N{REPLACEMENT CHARACTER}b"


def test_a_process_has_no_standard_input(crew: Crew) -> None:
    process = crew.start("reader", ["cat"], env=os.environ)
    assert process.wait(10) == 0


def test_arguments_reach_the_command_as_they_are(crew: Crew) -> None:
    process = crew.start("echo", ["printf", "%s|", "a b", "$HOME", "'", ""], env=os.environ)
    process.wait(10)
    assert process.output == "a b|$HOME|'||"


def test_a_process_that_ends_before_it_is_ready_says_why(crew: Crew) -> None:
    process = crew.start("loser", ["sh", "-c", "echo no secret; exit 3"], env=os.environ)
    with pytest.raises(DidNotHappen, match=r"a door: loser ended with status 3; .*\nno secret"):
        process.ready(lambda: False, what="a door", within=10)


def test_a_command_that_does_not_exist_is_named(crew: Crew) -> None:
    process = crew.start("typo", ["uvicron"], env=os.environ)
    assert process.wait(10) == 127
    assert "uvicron" in process.output


def test_a_process_that_is_never_ready_is_given_up(crew: Crew) -> None:
    process = crew.start("sleeper", ["sleep", "600"], env=os.environ)
    with pytest.raises(DidNotHappen, match=r"a door: not within 0\.1 s"):
        process.ready(lambda: False, what="a door", within=0.1)


def test_stopping_gives_time_to_finish(crew: Crew) -> None:
    process = crew.start("tidy", TIDY, env=os.environ)
    process.ready(lambda: process.output, what="it to be up")
    process.stop()
    assert process.status == 0
    assert process.output.endswith("tidied")


def test_stopping_does_not_wait_for_ever(crew: Crew) -> None:
    process = crew.start("stubborn", STUBBORN, env=os.environ)
    process.ready(lambda: process.output, what="it to be up")
    process.stop(grace_seconds=0.1)
    assert process.status == -signal.SIGKILL


def test_stopping_also_ends_what_the_process_started_itself(crew: Crew) -> None:
    process = crew.start("parent", ["sh", "-c", "sleep 600 & echo up; exit 0"], env=os.environ)
    process.wait(10)
    assert guardian.exists(process.pid)
    process.stop()
    until(lambda: not guardian.exists(process.pid), what="the grandchild to be gone")


def test_a_frozen_process_is_thawed_to_be_stopped(crew: Crew) -> None:
    process = crew.start("sleeper", ["sleep", "600"], env=os.environ)
    process.freeze()
    process.stop()
    assert process.status == -signal.SIGTERM


def test_members_end_newest_first() -> None:
    heard: list[str] = []

    def start(crew: Crew, name: str) -> None:
        process = crew.start(name, TIDY, env=os.environ, tell=lambda line: heard.append(f"{name} {line}"))
        process.ready(lambda: process.output, what="it to be up")

    with Crew() as crew:
        start(crew, "server")
        start(crew, "worker")
    assert [line for line in heard if line.endswith("tidied")] == ["worker tidied", "server tidied"]
    crew.close()


def test_folders_are_private_short_and_gone_at_the_end(crew: Crew) -> None:
    folder = crew.folder()
    assert folder.stat().st_mode & 0o077 == 0
    assert len(str(folder / "redis.sock")) < 100
    crew.close()
    assert not folder.exists()
