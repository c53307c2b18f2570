"""The web process before a real Redis: what it acknowledges stands there, and what Redis suffers is a 503."""

import contextlib
import signal
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from receiver.deliveries import PATH
from tests.receiver.fakes import signature
from tests.receiver.process import Web, delivery
from tests.receiver.serving import PATIENCE, Client, head
from toolbelt.crew import Crew
from toolbelt.servers import Server, free_port

StartWeb = Callable[[str], Web]


def at(server: Server) -> Redis:
    return Redis.from_url(server.url, decode_responses=True)


def test_of_many_deliveries_at_once_each_event_is_accepted_once(web: Web, redis: Server) -> None:
    ids = [f"event-{number % 40}" for number in range(200)]
    with ThreadPoolExecutor(50) as pool:
        answers = [answer.json()["status"] for answer in pool.map(web.deliver, ids)]
    assert Counter(answers) == {"accepted": 40, "duplicate": 160}
    with at(redis) as connection:
        kept = sorted(key.rpartition(":")[2] for key in connection.keys("dh:event:*"))
    assert kept == sorted(set(ids))


def test_what_is_refused_and_why_is_in_the_metrics(web: Web) -> None:
    body, headers = delivery("event-1")
    web.client.post(PATH, content=body)
    web.client.post(PATH, content=body + b" ", headers=headers)
    web.client.post(PATH, content=b"{", headers={name.decode(): value.decode() for name, value in [signature(b"{")]})
    web.counted('dynohook_refused_total{cause="no_signature"} 1.0')
    web.counted('dynohook_refused_total{cause="wrong_signature"} 1.0')
    web.counted("dynohook_unreadable_total 1.0")


def test_it_starts_and_says_503_while_redis_is_down_and_takes_deliveries_once_it_is_up(
    crew: Crew, start_web: StartWeb
) -> None:
    server = Server(crew, port=0)
    web = start_web(server.url)
    refused = web.deliver("event-1")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert web.client.get("/healthz").status_code == 200
    assert web.client.get("/readyz").status_code == 503
    with server:
        web.recovered("event")
        web.counted('dynohook_not_kept_total{cause="redis"} 1.0')


def test_without_a_worker_it_takes_deliveries_and_says_that_it_is_not_ready(web: Web) -> None:
    assert web.status("event-1") == 202
    readiness = web.client.get("/readyz")
    assert (readiness.status_code, readiness.json()["error"]) == (503, "no worker has been seen lately")


def test_a_redis_that_was_killed_and_is_back_with_its_data_knows_what_was_acknowledged(web: Web, redis: Server) -> None:
    acknowledged = [id for id in (f"event-{number}" for number in range(50)) if web.status(id) == 202]
    assert len(acknowledged) == 50
    redis.kill()
    assert web.status("event-50") == 503
    redis.start()
    web.recovered("later")
    assert {web.deliver(id).json()["status"] for id in acknowledged} == {"duplicate"}


@pytest.mark.faults
def test_a_redis_that_freezes_costs_a_503_and_no_more_than_it_takes_to_thaw(web: Web, redis: Server) -> None:
    assert web.status("event-0") == 202
    redis.freeze()
    with ThreadPoolExecutor(20) as pool:
        statuses = set(pool.map(web.status, [f"event-{number}" for number in range(1, 21)]))
    assert statuses == {503}
    assert web.client.get("/healthz").status_code == 200
    redis.thaw()
    web.recovered("later")
    assert {web.status(f"event-{number}") for number in range(1, 21)} == {202}


def test_a_flushed_script_cache_is_not_noticed(web: Web, redis: Server) -> None:
    assert web.status("event-1") == 202
    with at(redis) as connection:
        connection.script_flush()
    assert web.status("event-2") == 202


def test_connections_cut_by_the_server_are_made_anew(web: Web, redis: Server) -> None:
    assert web.status("event-1") == 202
    with at(redis) as connection:
        connection.client_kill_filter(_type="normal")
    web.recovered("later")


def test_a_redis_that_turned_read_only_after_a_failover_is_a_503(web: Web, redis: Server) -> None:
    assert web.status("event-1") == 202
    with at(redis) as connection:
        connection.replicaof("127.0.0.1", str(free_port()))
        refused = web.deliver("event-2")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        connection.replicaof("NO", "ONE")
    web.recovered("later")


@pytest.mark.parametrize(
    "room",
    [pytest.param(1.1, id="nearly full, by our own gate"), pytest.param(0.9, id="full, by Redis itself")],
)
def test_a_full_redis_is_a_503_until_there_is_room_again(web: Web, redis: Server, room: float) -> None:
    assert web.status("event-1") == 202
    with at(redis) as connection:
        connection.config_set("maxmemory", int(connection.info("memory")["used_memory"] * room))
        connection.delete("dh:room")
        refused = web.deliver("event-2")
        assert (refused.status_code, refused.json()["error"]) == (503, "not kept: Redis is nearly full")
        connection.config_set("maxmemory", 0)
        connection.delete("dh:room")
    web.recovered("later")


def test_a_key_of_another_kind_is_a_503_and_not_a_crash(web: Web, redis: Server) -> None:
    with at(redis) as connection:
        connection.set("dh:due:decide", "not a sorted set")
        with ThreadPoolExecutor(20) as pool:
            assert set(pool.map(web.status, [f"event-{number}" for number in range(40)])) == {503}
        connection.delete("dh:due:decide")
    assert web.status("event-1") == 202


@pytest.mark.faults
def test_what_is_under_way_when_the_process_must_end_is_answered_and_kept(web: Web, redis: Server) -> None:
    """Heroku sends SIGTERM to all processes of a dyno, and may send it several times."""
    assert web.status("event-0") == 202
    bodies = {id: delivery(id)[0] for id in (f"event-{number}" for number in range(1, 11))}
    with contextlib.ExitStack() as stack:
        clients = {id: stack.enter_context(Client(web.port)) for id in bodies}
        for id, client in clients.items():
            signed = b": ".join(signature(bodies[id])).decode()
            client.send(head(signed, "Expect: 100-continue", length=len(bodies[id])))
            assert client.answer().status == 100
        redis.freeze()
        for id, client in clients.items():
            client.send(bodies[id])
        for _ in range(3):
            web.process.send(signal.SIGTERM)
        redis.thaw()
        statuses = {id: client.answer().status for id, client in clients.items()}
    web.process.wait(PATIENCE)
    assert set(statuses.values()) <= {202, 503}
    with at(redis) as connection:
        kept = {key.rpartition(":")[2] for key in connection.keys("dh:event:*")}
    assert kept >= {id for id, status in statuses.items() if status == 202}
