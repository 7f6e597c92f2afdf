"""Limits on scarce resources for each subscriber, such as requests in transit."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Shares:
    """Limits the slots of each subscriber and of all together: the oldest slot is freed for a new one.

    The subscriber with the most slots loses one first, so that no subscriber starves another.

    Args:
        each: most slots of one subscriber.
        total: most slots of all subscribers.
    """

    def __init__(self, *, each: int, total: int) -> None:
        self._each, self._total = each, total
        self._held: dict[object, tuple[str, Callable[[], None]]] = {}  # the oldest first
        self._of: Counter[str] = Counter()

    def enter(self, what: object, subscriber: str, give_way: Callable[[], None]) -> None:
        """Take a slot until `leave`, or until ``give_way`` is called because the slot was freed for another."""
        if self._of[subscriber] >= self._each:
            self._evict(subscriber)
        elif len(self._held) >= self._total:
            self._evict(self._of.most_common(1)[0][0])
        self._held[what] = subscriber, give_way
        self._of[subscriber] += 1

    def leave(self, what: object) -> None:
        """Free a slot; does nothing if it was freed already."""
        if held := self._held.pop(what, None):
            self._of[held[0]] -= 1
            if not self._of[held[0]]:
                del self._of[held[0]]

    def _evict(self, subscriber: str) -> None:
        oldest = next(what for what, (whose, _) in self._held.items() if whose == subscriber)
        give_way = self._held[oldest][1]
        self.leave(oldest)
        give_way()
