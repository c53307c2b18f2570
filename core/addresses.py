"""Where a request that a rule asks for must not go: private networks, this machine, what a cloud tells its own servers.

Checked on the address that is connected to, not on the name: a name can lead elsewhere the next time it is asked for.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_NAT64 = IPv6Network("64:ff9b::/96")


class PrivateAddress(Exception):
    """A request that would have left for an address which is not of the public internet; nothing was sent."""


def check(address: str) -> None:
    """Raise PrivateAddress unless this is an address of the public internet; it is not repeated in the message."""
    try:
        found = ip_address(address.partition("%")[0])  # what follows is the name of an interface of ours
    except ValueError:
        raise PrivateAddress("it leads to no address of the internet") from None
    if any(not each.is_global or each.is_multicast for each in _meant(found)):
        raise PrivateAddress("it leads to a private address")


def _meant(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """The address, and those of the older kind that it would be passed on to."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    inner: list[IPv4Address | None] = [address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        inner.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    return [address, *(each for each in inner if each)]
