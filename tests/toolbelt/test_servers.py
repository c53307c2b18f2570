"""The embedded server can be stopped, killed, frozen, filled and restarted, as the fault tests need it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from toolbelt.crew import Crew
from toolbelt.servers import NoServer, Server, free_port, program, url_from, version


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew() as crew:
        yield crew


def client(url: str, **options: float) -> redis.Redis:
    return redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), decode_responses=True, **options)


@pytest.mark.parametrize("port", [pytest.param(None, id="unix socket"), pytest.param(0, id="loopback port")])
def test_a_server_answers_at_its_url(crew: Crew, port: int | None) -> None:
    with Server(crew, port=port) as server, client(server.url) as connection:
        assert connection.set("name", "value")
        assert connection.get("name") == "value"


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_data_outlives_a_restart(crew: Crew, how: str) -> None:
    server = Server(crew).start()
    with client(server.url) as connection:
        connection.set("name", "value")
    getattr(server, how)()
    server.start()
    with client(server.url) as connection:
        assert connection.get("name") == "value"


@pytest.mark.parametrize(
    ("written_down", "kept"),
    [pytest.param(True, False, id="thrown away"), pytest.param(False, True, id="never written down")],
)
def test_data_can_be_lost(crew: Crew, written_down: bool, kept: bool) -> None:
    server = Server(crew, keep_data=written_down).start()
    url = server.url
    with client(url) as connection:
        connection.set("name", "value")
    server.restart(keep_data=kept)
    assert server.url == url
    with client(url) as connection:
        assert connection.get("name") is None


def test_a_killed_server_is_gone_for_its_clients(crew: Crew) -> None:
    server = Server(crew).start()
    server.kill()
    with client(server.url) as connection, pytest.raises(redis.ConnectionError):
        connection.ping()


def test_a_frozen_server_answers_nothing_until_it_is_thawed(crew: Crew) -> None:
    server = Server(crew).start()
    with client(server.url, socket_timeout=0.2) as connection:
        server.freeze()
        with pytest.raises(redis.TimeoutError):
            connection.ping()
    server.thaw()
    with client(server.url) as connection:
        assert connection.ping()


def test_a_full_server_refuses_writes_and_keeps_what_it_has(crew: Crew) -> None:
    with (
        Server(crew, max_memory_bytes=4_000_000) as server,
        client(server.url) as connection,
    ):
        connection.set("first", "kept")
        with pytest.raises(redis.exceptions.OutOfMemoryError):
            fill(connection)
        assert connection.get("first") == "kept"


def test_a_given_url_is_used_as_it_is(crew: Crew) -> None:
    assert url_from({"REDIS_URL": "redis://127.0.0.1:1"}, crew) == "redis://127.0.0.1:1"


def test_without_a_url_a_server_is_started(crew: Crew) -> None:
    with client(url_from({}, crew)) as connection:
        assert connection.ping()


def test_a_server_on_the_path_comes_first_if_it_is_new_enough(tmp_path: Path) -> None:
    path = str(tmp_path)
    assert program(path=path).parent != tmp_path

    redis_server = fake_program(tmp_path / "redis-server", "Redis server v=7.0.15 sha=00000000:0")
    assert program(path=path) == redis_server

    valkey_server = fake_program(tmp_path / "valkey-server", "Valkey server v=8.0.1 sha=00000000:0")
    assert program(path=path) == valkey_server

    fake_program(valkey_server, "Valkey server v=6.1.3 sha=00000000:0")
    assert program(path=path) == redis_server


def test_a_program_that_does_not_say_its_version_is_too_old(tmp_path: Path) -> None:
    assert version(fake_program(tmp_path / "redis-server", "segmentation fault")) == (0, 0)


def test_where_there_is_no_server_the_ways_out_are_named(tmp_path: Path) -> None:
    with pytest.raises(NoServer, match=r"set REDIS_URL .* install valkey or redis 6\.2 or newer"):
        program(path=str(tmp_path), package="no_such_package")


def test_free_ports_are_free() -> None:
    assert 1024 < free_port() < 65536


def fake_program(path: Path, says: str) -> Path:
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def fill(connection: redis.Redis) -> None:
    for number in range(100):
        connection.set(f"filler:{number}", "x" * 100_000)
