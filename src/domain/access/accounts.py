"""Signing in: the rules of passwords, of sessions, and of delays after wrong passwords."""

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
"""The number of wrong passwords in a row at one place without a delay."""
_FIRST_WAIT: Final = timedelta(seconds=30)
_LONGEST_WAIT: Final = timedelta(minutes=5)
FORGOTTEN_AFTER: Final = timedelta(days=1)
"""Wrong passwords no longer count this long after the last one."""


def check_password(password: str) -> None:
    """Check the length of a password.

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
        """Return whether the session is still valid."""
        return now < self.opened_at + LIFETIME and now < self.used_at + IDLE


def place_of(address: str) -> str:
    """Return the place where wrong passwords from an IP address are counted: that of its subscriber.

    >>> place_of("2001:db8::1") == place_of("2001:db8::2")
    True
    """
    return f"address:{subscriber(address) if read(address) else 'unknown'}"


@dataclass(frozen=True, slots=True)
class Failures:
    """The number of wrong passwords in a row at one place, and the time of the last one."""

    count: int
    last_at: datetime

    def wait(self, now: datetime) -> timedelta:
        """Return the delay until the next attempt: none at first, then 30 s, doubling up to five minutes.

        A last failure in the future was recorded before the clock was set back: it causes no delay.
        """
        beyond = self.count - FREE
        if beyond < 0 or now < self.last_at:
            return timedelta(0)
        # the exponent is bounded: a timedelta has a largest value
        delay = min(_FIRST_WAIT * 2 ** min(beyond, 10), _LONGEST_WAIT)
        return max(self.last_at + delay - now, timedelta(0))

    def with_failure(self, now: datetime) -> Failures:
        """Count a failure; counting starts anew once the last failure is forgotten."""
        return Failures(1 if now >= self.last_at + FORGOTTEN_AFTER else self.count + 1, now)


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to sign in, before its password is checked.

    Args:
        failures: number of wrong passwords in a row at its place before it.
        wait: zero if the attempt was counted; otherwise the delay until the next one.
    """

    failures: int
    wait: timedelta
