"""Deadlines of one length, kept by one timer: the first to begin is the first to be due."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

Item = TypeVar("Item")


class TimeLimit(Generic[Item]):
    """Calls a function for each item that has not ended some seconds after its beginning.

    A timer for each, as `asyncio.timeout` sets, costs several microseconds, and nearly all are cancelled unused.

    Args:
        seconds: from an item's beginning until it is due.
        due: called with the item.
    """

    def __init__(self, seconds: float, due: Callable[[Item], None]) -> None:
        self.seconds, self._due = seconds, due
        self._open: dict[Item, float] = {}  # when each is due; the first to begin first
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, item: Item) -> None:
        """Let the time of an item begin now."""
        loop = asyncio.get_running_loop()
        self._open[item] = loop.time() + self.seconds
        if self._timer is None:
            self._timer = loop.call_later(self.seconds, self._expire)

    def end(self, item: Item) -> None:
        """End the time of an item, which will not be due any more."""
        self._open.pop(item, None)

    def _expire(self) -> None:
        """Call for all items that are due, and set the timer for the next one."""
        self._timer = None
        loop = asyncio.get_running_loop()
        while self._open:
            item, due = next(iter(self._open.items()))
            if due > loop.time():
                self._timer = loop.call_at(due, self._expire)
                return
            del self._open[item]
            self._due(item)


class Deadlines:
    """Deadlines that all come the same number of seconds after their beginning."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._limit: TimeLimit[Deadline] = TimeLimit(seconds, Deadline.due)

    def begin(self) -> Deadline:
        """Return a deadline that begins now; whoever begins it ends it."""
        deadline = Deadline(self._limit)
        self._limit.begin(deadline)
        return deadline


class Deadline:
    """A deadline under way: when it passes, the task that waits in its `with` block is cancelled.

    A deadline may be entered several times, one after the other. Code that does not wait is never ended.

    Raises:
        TimeoutError: where a block is left because it passed, then or before.
    """

    __slots__ = ("_cancelled", "_cancelling", "_extension", "_limit", "_task", "passed")

    def __init__(self, limit: TimeLimit[Deadline]) -> None:
        self._limit = limit
        self._task: asyncio.Task[object] | None = None
        self._cancelling = 0
        self._cancelled = False
        self._extension = 0.0
        self.passed = False

    def end(self) -> None:
        """End the deadline: it will not pass any more."""
        self._limit.end(self)

    def extend(self, seconds: float) -> None:
        """Give more time, once for each call."""
        self._extension += seconds

    def due(self) -> None:
        """Let the deadline pass, unless more time was given meanwhile."""
        if self._extension:
            asyncio.get_running_loop().call_later(self._extension, self.due)
            self._extension = 0.0
        else:
            self.hurry()

    def hurry(self) -> None:
        """Let the deadline pass now."""
        self.passed = True
        self._cancel(self._task)

    def _cancel(self, task: asyncio.Task[object] | None) -> None:
        if task is not None and task is self._task and not self._cancelled:
            self._cancelled = True
            task.cancel()

    def __enter__(self) -> Self:
        self._task = asyncio.current_task()
        self._cancelling = self._task.cancelling() if self._task else 0
        self._cancelled = False
        if self.passed:
            asyncio.get_running_loop().call_soon(self._cancel, self._task)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        task, self._task = self._task, None
        # as `asyncio.timeout` does: a cancellation by somebody else stays one
        if self._cancelled and task and task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error
