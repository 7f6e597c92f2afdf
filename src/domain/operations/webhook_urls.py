"""Addresses of receivers that may be called: no webhook may reach into the network of the service (SSRF)."""

from __future__ import annotations

import ipaddress
import re
from typing import Final, TypeAlias
from urllib.parse import urlsplit

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST_URL: Final = 500
_LABEL: Final = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_PORT: Final = "(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6([0-4][0-9]{3}|5([0-4][0-9]{2}|5([0-2][0-9]|3[0-5])))))?"
"""Ports up to 65,535."""
PUBLIC_URL: Final = rf"^https://({_LABEL}\.)+[a-z]{{2,20}}{_PORT}(/[!$&-;=@-Z_a-z~]*)?$"
"""By HTTPS to a name, never to a number; no user, no query, no fragment."""
_PUBLIC: Final = re.compile(PUBLIC_URL)
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


def broken_rule(url: str, *, private: bool) -> str | None:
    """Return the rule that an address of a receiver breaks; None if it may be called.

    Args:
        url: the address.
        private: whether receivers in private networks, and without TLS on this machine, are allowed here.

    >>> broken_rule("https://hooks.example.org/medcost", private=False)
    >>> broken_rule("https://hooks.example.org:18443/medcost", private=False)
    >>> ports = (0, 1, 9999, 10000, 65535, 65536, 99999)
    >>> [broken_rule(f"https://hooks.example.org:{port}", private=False) is None for port in ports]
    [False, True, True, True, True, False, False]
    >>> broken_rule("http://127.0.0.1:9000/", private=True)
    >>> broken_rule("http://hooks.example.org/", private=True)
    'must begin with https://; http:// is for receivers on this machine only'
    """
    if len(url) > LONGEST_URL:
        return f"must have at most {LONGEST_URL} characters"
    if _PUBLIC.fullmatch(url):
        return None
    if private:
        return _rule_of_private(url)
    return (
        "must be https:// and the name of a host in small letters, perhaps with a port and a path, without a query: "
        "https://hooks.example.org/medcost"
    )


def _rule_of_private(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is no URL"
    if not host or port == 0 or parts.username is not None or parts.fragment or not re.fullmatch("[!-~]+", url):
        return "must name a host, and neither a user nor a fragment"
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_this_machine(host)):
        return "must begin with https://; http:// is for receivers on this machine only"
    return None


def may_be_called(address: Address, *, private: bool) -> bool:
    """Return whether an address that a host's name stands for may be called.

    >>> several = map(ipaddress.ip_address, ("8.8.8.8", "10.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1"))
    >>> [may_be_called(each, private=False) for each in several]
    [True, False, False, False]
    """
    if private:
        return not address.is_multicast
    inner = _embedded(address)
    return all(each.is_global and not each.is_multicast and not each.is_reserved for each in (address, inner) if each)


def _embedded(address: Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for in transition techniques, None if it does for none."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
