"""The last lines of a log: enough to see what is wrong, and nothing that opens a door."""

import pytest

from tests.workers.actions.scene import SECRET, occasion, rule, worked_through
from tests.workers.world import World
from toolbelt.simulator.faults import Fault, Kind
from workers.actions import logs
from workers.fetching import Fetcher

DO = "logs: {lines: 5, dyno: web.1}"
ACCESS = {"logs": "read"}


def read(world: World, do: str = DO) -> str:
    world.worker(rule(do, ACCESS))
    world.deliver(occasion(world))
    worked_through(world)
    assert world.step()[0] == "done", world.step()
    return str(world.run().journal["step:0"].output["text"])


def written(world: World, *lines: str, dyno: str = "web.1") -> None:
    for line in lines:
        world.app.log.write(world.simulator.now, "app", dyno, line)


def test_the_last_lines_are_handed_on(world: World) -> None:
    written(world, *(f"line {number}" for number in range(9)))
    written(world, "from elsewhere", dyno="worker.1")
    assert [line.rpartition(": ")[2] for line in read(world).splitlines()] == [
        f"line {number}" for number in range(4, 9)
    ]
    assert world.step() == ("done", "Read 5 lines of acme-shop's log.")
    assert not world.run().journal["step:0"].changed


def test_the_link_is_kept_nowhere_and_gets_no_token(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    """The fake log host answers 400 to whoever sends a token."""
    written(world, "hello")
    read(world)
    [key] = world.simulator.world.log_sessions
    said = capfd.readouterr()
    assert key not in world.kept() + said.out + said.err


def test_the_link_is_followed_wherever_heroku_has_it(world: World) -> None:
    """It comes from Heroku's own API, and here it leads to this machine."""
    world.worker(rule(DO, ACCESS), fetcher=Fetcher(private=False))
    world.deliver(occasion(world))
    worked_through(world)
    assert world.step()[0] == "done"


@pytest.mark.parametrize("do", [DO, "check: {}"])
def test_what_is_only_read_of_an_app_is_granted_like_the_rest(world: World, do: str) -> None:
    world.worker(rule(do, ACCESS | {"apps": "read"}, on_apps="other-*"))
    world.deliver(occasion(world))
    worked_through(world)
    assert world.step()[0] == "denied"
    assert world.heroku.calls() == []


SECRETS = [
    f"DATABASE_URL=postgres://u:{SECRET}@db.example/x",
    f"connecting with password={SECRET} now",
    f'{{"api_key": "{SECRET}", "user": "x"}}',
    f"Authorization: Bearer {SECRET}",
    f"GET /callback?code={SECRET}",
    f"STRIPE_SECRET_KEY: '{SECRET}'",
    f"got HRKU-{SECRET}",
]


@pytest.mark.parametrize("line", SECRETS)
def test_what_looks_like_a_secret_is_left_out(world: World, line: str) -> None:
    written(world, line)
    assert "[redacted]" in read(world)
    assert SECRET not in world.kept()


def test_a_private_key_that_an_app_printed_line_by_line_is_left_out(world: World) -> None:
    """Each line was looked at by itself, and in none but the first was anything that looks like a secret."""
    lines = [f"{number}/{SECRET}" for number in range(3)]
    key = ["-----BEGIN RSA PRIVATE KEY-----", "Proc-Type: 4,ENCRYPTED", *lines, "-----END RSA PRIVATE KEY-----"]
    written(world, "before", *key, "after")
    text = read(world, "logs: {lines: 9}")
    assert [line.rpartition(": ")[2] for line in text.splitlines()] == ["before", "[redacted]", "after"]
    assert SECRET not in world.kept()


PLAIN = ["GET /tokens 200 in 12 ms", "Process exited with status 1", "RuntimeError: no connection to the queue"]


@pytest.mark.parametrize("line", PLAIN)
def test_what_says_what_is_wrong_is_left_as_it_is(line: str) -> None:
    assert logs.fit_to_be_kept(line) == line


def test_what_is_kept_is_bounded_and_is_the_end(world: World) -> None:
    written(world, *("x" * 5_000 + str(number) for number in range(1_000)), "the last word")
    text = read(world, "logs: {lines: 1000}")
    assert len(text) <= logs.TEXT_CHARACTERS
    assert text.endswith("the last word")
    assert max(map(len, text.splitlines())) <= logs.LINE_CHARACTERS


HOSTILE = ["password" * 250, "x" * 10_000, "token" + " " * 1_900, "a=" * 1_000, "://" + "a" * 1_990, "?a" * 1_000]


@pytest.mark.timeout(5)
@pytest.mark.parametrize("line", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_log_does_not_hold_up_a_worker(line: str) -> None:
    """A line of 5,000 letters took a second, and a log has thousands of lines."""
    for _ in range(100):
        assert len(logs.fit_to_be_kept(line)) <= logs.LINE_CHARACTERS


def test_control_characters_reach_nobody() -> None:
    assert logs.fit_to_be_kept("a\x1b[31mb\x00c") == "a [31mb c"


def test_a_session_that_cannot_be_read_is_asked_for_again(world: World) -> None:
    world.heroku.order_faults(Fault(kind=Kind.STATUS, status=503, method="POST", path="*/log-sessions"))
    written(world, "hello")
    assert read(world).endswith("hello")
