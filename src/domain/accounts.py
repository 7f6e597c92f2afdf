"""The admin's account: what a password must be, how long a session lives, how long one waits after wrong passwords."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from domain.errors import FieldError, InvalidInput

SHORTEST: Final = 12
"""Characters; NIST SP 800-63B-4 asks for 8 at least and advises against other rules of composition."""
LONGEST: Final = 200
LIFETIME: Final = timedelta(hours=12)
"""A session ends this long after it was opened, whatever happens in it."""
IDLE: Final = timedelta(minutes=30)
"""A session ends this long after it was last used."""
_FIRST_WAIT: Final = timedelta(seconds=30)
_LONGEST_WAIT: Final = timedelta(hours=1)
FORGOTTEN_AFTER: Final = timedelta(days=1)
"""Wrong passwords no longer count this long after the last one."""
_IPV6_NETWORK: Final = 64
"""Bits that one subscriber usually holds: all addresses below them count as one."""


def check_password(password: str) -> None:
    """Return if this may be a password.

    Raises:
        InvalidInput: if it is too short or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        detail = f"must have {SHORTEST} to {LONGEST} characters"
        raise InvalidInput([FieldError("password", "range", detail)])


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser. Its token is known to the browser only."""

    opened_at: datetime
    used_at: datetime

    def is_alive(self, now: datetime) -> bool:
        """Tell whether it still admits."""
        return now < self.opened_at + LIFETIME and now < self.used_at + IDLE


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where wrong passwords are counted: one account, or one address.

    ``free`` wrong passwords in a row cost no wait. An account forgives more than an address, so that a stranger
    at one address cannot lock the admin out.
    """

    name: str
    free: int

    @classmethod
    def account(cls) -> Self:
        """Count for the admin's account, wherever the passwords come from."""
        return cls("account:admin", free=20)

    @classmethod
    def address(cls, address: str) -> Self:
        """Count for an IP address; those of one IPv6 network of 64 bits count together.

        >>> Place.address("2001:db8::1") == Place.address("2001:db8::2")
        True
        """
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return cls("address:unknown", free=5)
        if isinstance(ip, ipaddress.IPv6Address):
            ip = ip.ipv4_mapped or ipaddress.ip_network((int(ip), _IPV6_NETWORK), strict=False).network_address
        return cls(f"address:{ip}", free=5)


@dataclass(frozen=True, slots=True)
class Failures:
    """Wrong passwords in a row at one place, and when the last one came."""

    count: int
    last_at: datetime

    def wait(self, place: Place, now: datetime) -> timedelta:
        """How long nothing may be tried here: nothing at first, then 30 s, doubling up to an hour."""
        beyond = self.count - place.free
        if beyond < 0:
            return timedelta(0)
        # the exponent is bounded: a timedelta has a largest value
        delay = min(_FIRST_WAIT * 2 ** min(beyond, 10), _LONGEST_WAIT)
        return max(self.last_at + delay - now, timedelta(0))

    def and_one(self, now: datetime) -> Failures:
        """Count one more; once the last is forgotten, counting starts anew."""
        return Failures(1 if now >= self.last_at + FORGOTTEN_AFTER else self.count + 1, now)
