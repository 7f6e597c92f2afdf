"""How often one caller may ask: a key, and an address before its key is looked at."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Final

from pyrate_limiter import GCRA, Duration, Rate

if TYPE_CHECKING:
    from pyrate_limiter.abstracts.algorithm import State

_CALLERS: Final = 100_000
"""Callers remembered: some 20 MB. Who was longest away is forgotten first, which gives nobody less."""
_SITE: Final = 64
"""Bits of an IPv6 address that name a customer, who may use any of the other bits."""


class RateLimit:
    """So many requests a minute for each caller; a minute's worth may come at once.

    The library's leaky bucket (GCRA) keeps one number a caller: 4 microseconds a request.
    """

    def __init__(self, per_minute: int) -> None:
        self._rates = [Rate(per_minute, Duration.MINUTE)]
        self._algorithm = GCRA()
        self._callers: OrderedDict[str, State] = OrderedDict()

    def spend(self, caller: str) -> float:
        """Count a request, and tell how many seconds too early it came: 0 if it is welcome."""
        state = self._callers.get(caller) or self._algorithm.initial(self._rates)
        state, decision = self._algorithm.step(self._rates, state, time.monotonic_ns() // 1_000_000, 1)
        self._callers[caller] = state
        self._callers.move_to_end(caller)
        if len(self._callers) > _CALLERS:
            self._callers.popitem(last=False)
        return (decision.retry_after_ms or 0) / 1000


def site(address: str) -> str:
    """Name the customer behind an address: an IPv4 address, or the network (/64) of an IPv6 address."""
    if ":" not in address:
        return address
    number = IPv6Address(address.partition("%")[0])
    return str(number.ipv4_mapped or int(number) >> _SITE)


def too_often(wait: float) -> tuple[str, dict[str, str]]:
    """Give the detail of a 429, and its headers."""
    seconds = math.ceil(wait)
    return f"too many requests: the next one is welcome in {seconds} s", {"Retry-After": str(seconds)}
