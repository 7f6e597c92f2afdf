"""How often one caller may ask: a key, and an address before its key is looked at."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, Self

from pyrate_limiter import GCRA, Duration, Rate

if TYPE_CHECKING:
    from pyrate_limiter.abstracts.algorithm import State

_CALLERS: Final = 100_000
"""Callers remembered: some 20 MB. Who was longest away is forgotten first, which gives nobody less."""


class RateLimit:
    """So many requests a minute for each caller; a minute's worth may come at once.

    The library's leaky bucket (GCRA) keeps one number a caller: 4 microseconds a request.
    """

    def __init__(self, per_minute: int) -> None:
        self._rates = [Rate(per_minute, Duration.MINUTE)]
        self._largest = max(per_minute - 1, 1)
        self._algorithm = GCRA()
        self._callers: OrderedDict[str, State] = OrderedDict()

    def __deepcopy__(self, _memo: dict[int, object]) -> Self:
        """Stay the only one: Litestar copies guards for each route, and a caller has one budget for all of them."""
        return self

    def spend(self, caller: str, weight: int = 1) -> float:
        """Count a request, and tell how many seconds too early it came: 0 if it is welcome.

        What weighs more than a minute allows, after the request itself was counted, weighs as much as a minute.
        """
        state = self._callers.get(caller) or self._algorithm.initial(self._rates)
        state, decision = self._algorithm.step(
            self._rates, state, time.monotonic_ns() // 1_000_000, min(weight, self._largest)
        )
        self._callers[caller] = state
        self._callers.move_to_end(caller)
        if len(self._callers) > _CALLERS:
            self._callers.popitem(last=False)
        return (decision.retry_after_ms or 0) / 1000


def too_often(wait: float) -> tuple[str, dict[str, str]]:
    """Give the detail of a 429, and its headers."""
    seconds = math.ceil(wait)
    return f"too many requests: the next one is welcome in {seconds} s", {"Retry-After": str(seconds)}
