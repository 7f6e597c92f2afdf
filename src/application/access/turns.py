"""A queue of callers that pass at a bounded rate."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias

from domain.errors import SignInLocked

_Place: TypeAlias = tuple[int, int]
"""The rank of a caller, and the time of arrival."""


@dataclass(kw_only=True, eq=False)
class Turns:
    """Lets some callers pass at once and the others one after the other, by rank and then by time of arrival.

    Time is monotonic: a step of the wall clock changes nothing.

    Args:
        burst: callers that pass without a pause between them, after a time without callers.
        every: seconds between two callers from then on.
        room: the most callers that may wait. When one more comes, the last in the order is refused.
    """

    burst: int = 20
    every: float = 0.5
    room: int = 30
    _waiting: dict[_Place, asyncio.Future[None]] = field(default_factory=dict[_Place, asyncio.Future[None]], init=False)
    _next: Callable[[], int] = field(default_factory=lambda: count().__next__, init=False)
    _due: float = field(default=0.0, init=False)
    _serving: asyncio.Task[None] | None = field(default=None, init=False)

    async def __call__(self, rank: int) -> None:
        """Wait for a turn.

        Raises:
            SignInLocked: if too many callers before this one wait.
        """
        loop = asyncio.get_running_loop()
        mine, place = loop.create_future(), (rank, self._next())
        self._waiting[place] = mine
        if len(self._waiting) > self.room:
            last = self._waiting.pop(max(self._waiting))
            if not last.done():
                last.set_exception(SignInLocked(self.room * self.every))
        if self._serving is None:
            self._serving = loop.create_task(self._serve())
        try:
            await mine
        finally:
            self._waiting.pop(place, None)

    async def _serve(self) -> None:
        now = asyncio.get_running_loop().time
        try:
            while self._waiting:
                if (early := self._due - self.burst * self.every - now()) > 0:
                    await asyncio.sleep(early)
                    continue
                first = self._waiting.pop(min(self._waiting))
                if first.done():  # its caller gave up a moment ago, and has not left the queue yet
                    continue
                self._due = max(self._due, now()) + self.every
                first.set_result(None)
        finally:
            self._serving = None
