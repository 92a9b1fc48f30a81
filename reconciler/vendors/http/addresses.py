"""Which network addresses a vendor may have.

Pure. Looks through every form that carries an IPv4 address inside an IPv6 one, because the library calls
NAT64 and 6to4 forms of 127.0.0.1 global (measured, Python 3.11.7).
"""

import ipaddress
from collections.abc import Iterator
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# The low 32 bits are an IPv4 address: mapped (RFC 4291), compatible (deprecated), NAT64 (RFC 6052).
_EMBEDDING = tuple(map(ipaddress.IPv6Network, ("::ffff:0:0/96", "::/96", "64:ff9b::/96")))
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
# Not for the open network, though the library (in some versions) says so: relay anycast, local NAT64,
# Teredo, ORCHID, documentation, segment routing, old site-local.
_NEVER = tuple(
    map(
        ipaddress.ip_network,
        ("192.88.99.0/24", "64:ff9b:1::/48", "2001::/23", "3fff::/20", "5f00::/16", "fec0::/10"),
    )
)
# What `allow_private` admits besides loopback: RFC 1918, carrier-grade NAT, unique local.
_PRIVATE = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
)


def is_loopback(address: Address) -> bool:
    """Say whether an address is this machine, whatever its form."""
    return any(inner.is_loopback for inner in _layers(address))


def is_admitted(address: Address, *, allow_private: bool, loopback_only: bool = False) -> bool:
    """Say whether a connection to the address is allowed.

    Global addresses are; private ones and loopback if `allow_private`; link-local (cloud metadata), multicast,
    unspecified and reserved ones never. `loopback_only` (a plain http URL) admits loopback and nothing else.
    """
    if loopback_only:
        return is_loopback(address)
    return all(_is_open(layer) or (allow_private and _is_private(layer)) for layer in _layers(address))


def _layers(address: Address) -> Iterator[Address]:
    inner = _embedded(address)
    if inner is None:
        yield address
        return
    yield inner
    if address in _SIX_TO_FOUR:
        yield address


def _embedded(address: Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address) or int(address) <= 1:  # `::` and `::1` stand for themselves
        return None
    if address in _SIX_TO_FOUR:
        return ipaddress.IPv4Address((int(address) >> 80) & 0xFFFFFFFF)
    if any(address in network for network in _EMBEDDING):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _is_open(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not any(address in network for network in _NEVER)


def _is_private(address: Address) -> bool:
    return address.is_loopback or any(address in network for network in _PRIVATE)
