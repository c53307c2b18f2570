"""One token for all processes: found by all, got by one, readable by nobody who lacks the refresh token."""

import threading
import time

import pytest
import redis

from core import layout
from core.vault import RedisVault
from heroku.vaults import Vault


def test_what_one_process_puts_there_another_finds(ledger_server: redis.Redis) -> None:
    vault: Vault = RedisVault(ledger_server)
    assert vault.get() is None

    vault.set(b"sealed", seconds=60)

    assert RedisVault(ledger_server).get() == b"sealed"
    assert 0 < ledger_server.ttl(layout.VAULT) <= 60


def test_two_are_never_in_the_block_at_once(ledger_server: redis.Redis) -> None:
    inside: list[int] = []
    most: list[int] = []

    def enter() -> None:
        with RedisVault(ledger_server).lock(wait_seconds=20, hold_seconds=20) as ours:
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
    assert not ledger_server.exists(layout.VAULT_LOCK)


def test_who_waits_in_vain_is_told(ledger_server: redis.Redis) -> None:
    with (
        RedisVault(ledger_server).lock(wait_seconds=0, hold_seconds=20),
        RedisVault(ledger_server).lock(wait_seconds=0, hold_seconds=20) as ours,
    ):
        assert not ours


def test_a_lock_whose_owner_was_killed_lets_go_by_itself(ledger_server: redis.Redis) -> None:
    with RedisVault(ledger_server).lock(wait_seconds=0, hold_seconds=20):
        assert ledger_server.pttl(layout.VAULT_LOCK) == pytest.approx(20_000, abs=5_000)


def test_a_lock_that_ran_out_stays_with_who_took_it_then(ledger_server: redis.Redis) -> None:
    with RedisVault(ledger_server).lock(wait_seconds=0, hold_seconds=20):
        ledger_server.set(layout.VAULT_LOCK, "another")

    assert ledger_server.get(layout.VAULT_LOCK) == b"another"
