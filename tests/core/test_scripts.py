"""The scripts themselves: what they say of themselves, and what they may ask of a server."""

import re
from pathlib import Path

import pytest

from core import layout, scripts
from core.runs import RUN_STATES

FILES = sorted(scripts.HERE.glob("*.lua"))
# All of these are in Redis 6.2 (the oldest that Heroku offered with TLS) and in Valkey.
COMMANDS = (
    "APPEND DEL EXISTS EXPIRE GET HDEL HEXISTS HGET HGETALL HINCRBY HMGET HSET HSETNX INCR INFO LINDEX LLEN LPUSH "
    "LREM PERSIST PEXPIRE PTTL RPUSH SADD SCARD SET SISMEMBER TIME TTL TYPE XADD ZADD ZCARD ZCOUNT ZRANGE "
    "ZRANGEBYSCORE ZREM ZREMRANGEBYRANK ZREMRANGEBYSCORE ZSCORE"
)
KNOWN = frozenset(COMMANDS.split())
OPTIONS = {
    *(("SET", word) for word in ("NX", "EX", "PX")),
    ("ZADD", "XX"),
    ("ZRANGE", "WITHSCORES"),
    ("ZRANGEBYSCORE", "WITHSCORES"),
    ("ZRANGEBYSCORE", "LIMIT"),
    ("XADD", "MAXLEN"),
}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_script_uses_only_commands_that_every_server_has(file: Path) -> None:
    used = set(re.findall(r"redis\.call\('([A-Z]+)'", file.read_text()))

    assert used <= KNOWN


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_script_uses_only_options_that_every_server_has(file: Path) -> None:
    """EXPIRE … GT and NX, SET … GET with NX, and some more came with 7.0."""
    calls = re.findall(r"redis\.call\('([A-Z]+)'(.*)", file.read_text())

    used = {(command, word) for command, rest in calls for word in re.findall(r"'([A-Z]+)'", rest)}

    assert used <= OPTIONS


@pytest.mark.parametrize("file", [file for file in FILES if not file.stem.startswith("_")], ids=lambda file: file.stem)
def test_a_script_says_what_it_takes_answers_and_promises(file: Path) -> None:
    heading = file.read_text().split("\n\n", 1)[0]

    assert heading.startswith(f"-- {file.stem}: ")
    assert [word for word in ("ARGV", "Answer", "Promise") if f"\n-- {word}" not in heading] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_name_of_the_layout_that_a_script_uses_exists(file: Path) -> None:
    """Lua would take a misspelt one for nil, and put the keys of all events into one place."""
    used = set(re.findall(r"\bL\.([A-Z_]+)", file.read_text()))

    assert used - set(vars(layout)) == set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_script_puts_a_run_into_a_state_that_people_may_ask_for(file: Path) -> None:
    """One that no list of states has could not be found on the command line."""
    put = re.findall(r"'HSET', (?:key|L\.RUN).*'state', '([^']+)'", file.read_text())

    assert set(put) <= set(RUN_STATES)


@pytest.mark.parametrize("file", [file for file in FILES if not file.stem.startswith("_")], ids=lambda file: file.stem)
def test_a_script_spells_no_key_itself(file: Path) -> None:
    assert "'dh:" not in file.read_text()


def test_every_key_of_the_layout_is_spelt_once() -> None:
    keys = [value for name, value in vars(layout).items() if name.isupper() and isinstance(value, str)]

    assert len(keys) == len(set(keys))
    assert [key for key in keys if not key.startswith("dh:")] == [layout.SYSTEM]
