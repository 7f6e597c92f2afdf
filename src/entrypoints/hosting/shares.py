"""How much of what is scarce one subscriber may hold, such as requests that have not wholly come."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Shares:
    """Bounds what each subscriber holds, and what all hold together: the oldest gives way to a newcomer.

    Whoever holds most gives way first, so that one subscriber never takes what another needs.

    Args:
        each: most of one subscriber.
        total: most of all.
    """

    def __init__(self, *, each: int, total: int) -> None:
        self._each, self._total = each, total
        self._held: dict[object, tuple[str, Callable[[], None]]] = {}  # the oldest first
        self._of: Counter[str] = Counter()

    def enter(self, what: object, subscriber: str, give_way: Callable[[], None]) -> None:
        """Hold something until `leave`, or until ``give_way`` is called: then it is held no more."""
        if self._of[subscriber] >= self._each:
            self._evict(subscriber)
        elif len(self._held) >= self._total:
            self._evict(self._of.most_common(1)[0][0])
        self._held[what] = subscriber, give_way
        self._of[subscriber] += 1

    def leave(self, what: object) -> None:
        """Hold it no more; what is not held stays so."""
        if held := self._held.pop(what, None):
            self._of[held[0]] -= 1
            if not self._of[held[0]]:
                del self._of[held[0]]

    def _evict(self, subscriber: str) -> None:
        oldest = next(what for what, (whose, _) in self._held.items() if whose == subscriber)
        give_way = self._held[oldest][1]
        self.leave(oldest)
        give_way()
