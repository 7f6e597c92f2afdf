"""Signing in: what a password must be, how long a session lives, how long one waits after wrong passwords."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.access.addresses import read, subscriber
from domain.access.users import ADMIN, User
from domain.errors import FieldError, InvalidInput

SHORTEST: Final = 12
"""Characters; NIST SP 800-63B-4 asks for 8 at least and advises against other rules of composition."""
LONGEST: Final = 200
LIFETIME: Final = timedelta(hours=12)
"""A session ends this long after it was opened, whatever happens in it."""
IDLE: Final = timedelta(minutes=30)
"""A session ends this long after it was last used."""
FREE: Final = 5
"""Wrong passwords in a row at one place that cost no wait."""
_FIRST_WAIT: Final = timedelta(seconds=30)
_LONGEST_WAIT: Final = timedelta(minutes=5)
FORGOTTEN_AFTER: Final = timedelta(days=1)
"""Wrong passwords no longer count this long after the last one."""


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
    user: User = ADMIN

    def is_alive(self, now: datetime) -> bool:
        """Tell whether it still admits."""
        return now < self.opened_at + LIFETIME and now < self.used_at + IDLE


def place_of(address: str) -> str:
    """Name the place where wrong passwords from an IP address are counted: its subscriber's.

    >>> place_of("2001:db8::1") == place_of("2001:db8::2")
    True
    """
    return f"address:{subscriber(address) if read(address) else 'unknown'}"


@dataclass(frozen=True, slots=True)
class Failures:
    """Wrong passwords in a row at one place, and when the last one came."""

    count: int
    last_at: datetime

    def wait(self, now: datetime) -> timedelta:
        """Return how long nothing may be tried here: nothing at first, then 30 s, doubling up to five minutes.

        A last one in the future was written by a clock that has been set back since: it costs no wait.
        """
        beyond = self.count - FREE
        if beyond < 0 or now < self.last_at:
            return timedelta(0)
        # the exponent is bounded: a timedelta has a largest value
        delay = min(_FIRST_WAIT * 2 ** min(beyond, 10), _LONGEST_WAIT)
        return max(self.last_at + delay - now, timedelta(0))

    def and_one(self, now: datetime) -> Failures:
        """Count a failure; counting starts anew once the last failure is forgotten."""
        return Failures(1 if now >= self.last_at + FORGOTTEN_AFTER else self.count + 1, now)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of an attempt to sign in before its password was looked at.

    Args:
        failures: wrong passwords in a row at its place before it.
        wait: zero if it was counted; else how long nothing may be tried there.
    """

    failures: int
    wait: timedelta
