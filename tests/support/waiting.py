"""Waiting for what another process does."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

_T = TypeVar("_T")
_REST: Final = 3.0
"""Pauses are so many times as long as the question before took, up to the longest."""
_LONGEST: Final = 0.3


def until(
    true: Callable[[], _T | None],
    *,
    within: float = 150,
    describe: Callable[[], object] = lambda: "",
    pause: float = 0.02,
) -> _T:
    """Ask until the answer is true, and give it.

    Args:
        true: what is asked; it may fail by itself, for example if the process has ended.
        within: seconds, after which this fails.
        describe: returns what the error adds, such as a log.
        pause: the fewest seconds between two questions. It is longer after a question that took long.
    """
    deadline = time.monotonic() + within
    began = time.monotonic()
    while not (answer := true()):
        now = time.monotonic()
        assert now < deadline, describe()
        # what a log, a socket, a port or a table will hold is announced to nobody, so there is no event to wait for;
        # without a pause the question itself would take the cores from the process that it waits for
        time.sleep(max(pause, min(_REST * (now - began), _LONGEST)))
        began = time.monotonic()
    return answer


async def eventually(true: Callable[[], Awaitable[_T | None]], *, within: float = 150, pause: float = 0.01) -> _T:
    """Ask until the answer is true, and give it, while the event loop goes on; as `until` otherwise."""
    async with asyncio.timeout(within):
        while not (answer := await true()):  # noqa: ASYNC110  # as above: there is no event to wait for
            await asyncio.sleep(pause)
        return answer
