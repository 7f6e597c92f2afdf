"""The subscribers behind internet addresses."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Final

_IPV6_NETWORK: Final = 64
"""Bits of an IPv6 address that name a subscriber, who may use any of the other bits."""


@lru_cache(maxsize=1024)
def subscriber(address: str) -> str:
    """Return the subscriber behind an address: an IPv4 address, or the network (/64) of an IPv6 address.

    A text that is no address is a subscriber of its own.

    >>> subscriber("2001:db8::1") == subscriber("2001:db8::2")
    True
    >>> subscriber("::ffff:192.0.2.1")
    '192.0.2.1'
    >>> subscriber("a:b")
    'a:b'
    """
    ip = read(address)
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ipaddress.ip_network((int(ip), _IPV6_NETWORK), strict=False).network_address
    return str(ip or address)


def read(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address in a text, without the zone of a link-local address; None if the text is no address."""
    try:
        return ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
