"""One token for all processes: found by all, got by one, readable by nobody who lacks the refresh token."""

import threading
import time

import pytest
import redis

from core import layout
from core.vault import RedisVault
from heroku.vaults import Vault


def test_what_one_process_puts_there_another_finds(server: redis.Redis) -> None:
    vault: Vault = RedisVault(server)
    assert vault.get() is None

    vault.set(b"sealed", seconds=60)

    assert RedisVault(server).get() == b"sealed"
    assert 0 < server.ttl(layout.VAULT) <= 60


def test_two_are_never_in_the_block_at_once(server: redis.Redis) -> None:
    inside: list[int] = []
    most: list[int] = []

    def enter() -> None:
        with RedisVault(server).lock(wait_seconds=20, hold_seconds=20) as ours:
            assert ours
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.01)
            inside.pop()

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert most == [1, 1, 1, 1]
    assert not server.exists(layout.VAULT_LOCK)


def test_who_waits_in_vain_is_told(server: redis.Redis) -> None:
    with (
        RedisVault(server).lock(wait_seconds=0, hold_seconds=20),
        RedisVault(server).lock(wait_seconds=0, hold_seconds=20) as ours,
    ):
        assert not ours


def test_a_lock_whose_owner_was_killed_lets_go_by_itself(server: redis.Redis) -> None:
    with RedisVault(server).lock(wait_seconds=0, hold_seconds=20):
        assert server.pttl(layout.VAULT_LOCK) == pytest.approx(20_000, abs=5_000)


def test_a_lock_that_ran_out_stays_with_who_took_it_then(server: redis.Redis) -> None:
    with RedisVault(server).lock(wait_seconds=0, hold_seconds=20):
        server.set(layout.VAULT_LOCK, "another")

    assert server.get(layout.VAULT_LOCK) == b"another"
