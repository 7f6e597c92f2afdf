"""Rate limits for each API key, and for each address before its key is checked.

Responses report the limits in the headers `RateLimit-Policy` and `RateLimit` of
draft-ietf-httpapi-ratelimit-headers-10.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, Self

from pyrate_limiter import GCRA, Duration, Rate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar.types import Scope
    from pyrate_limiter.abstracts.algorithm import State

QUOTAS: Final = "medcost.quotas"
"""Where a request's scope holds the limits that counted it: by the name of the policy, the limit, whom it counted the
request for, and the seconds until the request is welcome (0 if it was)."""
KEY: Final = b'"key"'
ADDRESS: Final = b'"address"'
_MINUTE: Final = 60
_CALLERS: Final = 100_000
"""Most callers in memory, about 20 MB. The least recent is forgotten first, which never lowers its limit."""


class RateLimit:
    """A limit of requests a minute for each caller; the requests of a minute may come at once.

    The library's leaky bucket (GCRA) stores a number for each caller and takes 4 microseconds a request.
    """

    def __init__(self, per_minute: int) -> None:
        self._most, self.policy = per_minute, b";q=%d;w=%d" % (per_minute, _MINUTE)
        self._rates = [Rate(per_minute, Duration.MINUTE)]
        self._microseconds = math.ceil(_MINUTE * 1_000_000 / per_minute)
        self._largest = max(per_minute - 1, 1)
        self._algorithm = GCRA()
        self._callers: OrderedDict[str, State] = OrderedDict()

    def __deepcopy__(self, _memo: dict[int, object]) -> Self:
        """Return this object: Litestar copies guards for each route, but a caller has one budget for all routes."""
        return self

    def spend(self, caller: str, weight: int = 1) -> float:
        """Count a request, and return the seconds until it would be allowed: 0 if it is allowed now.

        Rows beyond the limit of a minute, after the request itself was counted, count as a minute's limit.
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

    def left(self, caller: str, wait: float) -> bytes:
        """Return the remaining quota of a caller, as parameters of the header `RateLimit`.

        Args:
            caller: key or address of the caller.
            wait: seconds until a refused request is allowed; 0 if none was refused.
        """
        state = self._callers.get(caller)
        owed = int(state[0]) - time.monotonic_ns() // 1_000 if state else 0
        if owed <= 0:
            return b";r=%d;t=0" % self._most
        left = self._most - -(-owed // self._microseconds)
        seconds = math.ceil(wait) if wait else -(-owed // 1_000_000)
        return b";r=%d;t=%d" % (max(0, left), seconds)


def spend(scope: Scope, policy: bytes, limit: RateLimit, caller: str, weight: int = 1) -> float:
    """Count a request as `RateLimit.spend` does, and record it for the headers of the response."""
    wait = limit.spend(caller, weight)
    scope.setdefault(QUOTAS, {})[policy] = limit, caller, wait  # type: ignore[typeddict-item]  # a key of our own
    return wait


def quota_headers(quotas: Mapping[bytes, tuple[RateLimit, str, float]]) -> list[tuple[bytes, bytes]]:
    """Return the headers with each policy and its remaining quota.

    The seconds `t` are those until the full quota is available; in a refusal, those of `Retry-After`.
    """
    policies = left = b""
    for name, (limit, caller, wait) in quotas.items():
        comma = b", " if policies else b""
        policies += comma + name + limit.policy
        left += comma + name + limit.left(caller, wait)
    return [(b"ratelimit-policy", policies), (b"ratelimit", left)]


def too_often(wait: float) -> tuple[str, dict[str, str]]:
    """Return the detail and the headers of a 429."""
    seconds = math.ceil(wait)
    return f"too many requests: send the next one in {seconds} s", {"Retry-After": str(seconds)}
