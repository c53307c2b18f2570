"""`bin/dynohook status`: whoever reads it learns what is wrong, and where to look."""

from tests.toolbelt.commands.conftest import Terminal


def test_a_full_redis_is_said_to_be_full_and_not_only_how_much_is_used(terminal: Terminal) -> None:
    """It said "2.6 of 3 MB used" while each delivery was answered 503."""
    used = int(terminal.redis.info("memory")["used_memory"])
    terminal.redis.config_set("maxmemory", int(used / 0.9))
    try:
        full = terminal.run("status").output
        terminal.redis.config_set("maxmemory", used * 2)
        half = terminal.run("status").output
    finally:
        terminal.redis.config_set("maxmemory", 0)

    assert "MB used: deliveries are refused until there is room (bin/dynohook doctor), " in full
    assert "MB used, " in half
