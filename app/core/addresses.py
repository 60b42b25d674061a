"""Which addresses are the internet's, and which lead into a network of somebody's own.

The list is written out: what a language version calls global changes, and it knows neither the wrappings in
which an IPv4 address hides inside an IPv6 one nor the addresses on which clouds answer to machines alone.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], list[str]]

_NOT_PUBLIC = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # behind a carrier's translation
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local; clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # relays of multicast
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "168.63.129.16/32",  # a cloud's host, from inside a machine
        "100.100.100.200/32",  # another cloud's metadata
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "::/96",  # unspecified, loopback, IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped: what it wraps decides
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b::/96",  # NAT64: what it wraps decides
        "64:ff9b:1::/48",  # NAT64 of one's own network
        "100::/64",  # discard
        "100:0:0:1::/64",  # dummy prefix
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: what it wraps decides
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fc00::/7",  # unique local; a cloud's metadata
        "fe80::/10",  # link-local
        "fec0::/10",  # site-local
        "ff00::/8",  # multicast
    )
)
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_V4_AT_END = tuple(ipaddress.ip_network(text) for text in ("::ffff:0:0/96", "64:ff9b::/96"))
_SIX_TO_FOUR = ipaddress.ip_network("2002::/16")
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
"""What stands before the IPv4 address of a machine in its own network's tunnel, under any prefix."""


def is_public(text: str) -> bool:
    """Whether an address literal is one that everybody on the internet would reach. Other text is none."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    wrapped = _wrapped(address)
    if wrapped is not None:
        return is_public(str(wrapped))
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return not any(address in network for network in _networks(address.version))


def _networks(version: int) -> Iterator[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return (network for network in _NOT_PUBLIC if network.version == version)


def _wrapped(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that the packet would go to in the end, where a wrapping may be public at all."""
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    if any(address in network for network in _V4_AT_END):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _SIX_TO_FOUR:
        return ipaddress.IPv4Address(int(address) >> 80 & 0xFFFFFFFF)
    if int(address) >> 32 & 0xFFFFFFFF in _ISATAP:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a name, as the system sees them (decimal, octal and hex spellings included)."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_inside(host: str) -> bool:
    """Whether a host says by itself, without a question to a name server, that it is not on the internet."""
    if f".{host.rstrip('.').lower()}".endswith(".localhost"):
        return True
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return False  # a name
    return not all(is_public(str(entry[4][0])) for entry in found)


def listed_hosts(setting: str) -> frozenset[str]:
    """A setting's comma separated `host` and `host:port`."""
    return frozenset(host.strip().lower() for host in setting.split(",") if host.strip())


def checked_addresses(
    host: str, port: int, trusted: frozenset[str], resolver: Resolver = resolve
) -> list[str]:
    """The addresses of a host that may be connected to; empty when even one of them is not public.

    One private address among public ones is refused too: the next attempt might get that one.
    """
    host = host.strip("[]").lower()
    addresses = resolver(host, port)
    if host in trusted or f"{host}:{port}" in trusted or all(map(is_public, addresses)):
        return addresses
    return []
