"""Requests that rules ask for stay on the public internet, whatever a name leads to."""

import socket
from typing import Any

import httpx2
import pytest

from core.addresses import PrivateAddress, check
from heroku.transport import BoundedTransport

PUBLIC = ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
PRIVATE = [
    pytest.param("127.0.0.1", id="this machine"),
    pytest.param("::1", id="this machine by its newer address"),
    pytest.param("0.0.0.0", id="any address of this machine"),
    pytest.param("10.1.2.3", id="a private network"),
    pytest.param("172.16.0.9", id="another private network"),
    pytest.param("192.168.1.1", id="a network at home"),
    pytest.param("100.64.0.1", id="a provider's own network"),
    pytest.param("169.254.169.254", id="what a cloud tells its servers"),
    pytest.param("fe80::1%eth0", id="the same wire"),
    pytest.param("fd12:3456:789a::1", id="a private network by its newer address"),
    pytest.param("224.0.0.1", id="many at once"),
    pytest.param("::ffff:127.0.0.1", id="this machine, mapped"),
    pytest.param("2002:7f00:1::", id="this machine by 6to4"),
    pytest.param("64:ff9b::7f00:1", id="this machine by NAT64"),
    pytest.param("localhost", id="no address at all"),
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_reached(address: str) -> None:
    check(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_other_addresses_may_not(address: str) -> None:
    with pytest.raises(PrivateAddress) as raised:
        check(address)
    assert address not in str(raised.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://localhost:9/", "https://[::1]:9/"])
def test_a_transport_asks_before_it_connects(url: str) -> None:
    transport = BoundedTransport(most_connections=1, idle_seconds=1, check=check)
    with transport, pytest.raises(PrivateAddress):
        transport.handle_request(httpx2.Request("GET", url))


def test_a_name_that_leads_inside_is_seen_through() -> None:
    """What is checked is the address that is connected to: the second look-up of a name may say something else."""
    asked: list[str] = []

    def noted(address: str) -> None:
        asked.append(address)
        raise PrivateAddress("stop")

    transport = BoundedTransport(most_connections=1, idle_seconds=1, check=noted)
    with transport, pytest.raises(PrivateAddress):
        transport.handle_request(httpx2.Request("GET", "http://localhost:9/"))
    known: Any = {address[4][0] for address in socket.getaddrinfo("localhost", 9)}
    assert set(asked) <= known
    assert asked
