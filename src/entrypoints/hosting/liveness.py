"""Detection of processes that hang."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Liveness:
    """The frequency and patience of liveness checks of a process.

    Args:
        period: seconds between two checks.
        timeout: seconds that a check may take.
        failures: failed checks in a row after which the process counts as hung.
        startup: seconds after its start within which a process must pass the first check.
        grace: seconds between the signal to end a hung process and its kill.
    """

    period: float = 5.0
    timeout: float = 5.0
    failures: int = 3
    startup: float = 90.0
    grace: float = 5.0


async def until_hung(lives: Callable[[], Awaitable[object]], liveness: Liveness) -> str:
    """Check a process that was just started until it counts as hung, and return why.

    Args:
        lives: returns once the process has answered; raises `Unavailable` if it does not.
        liveness: the frequency and patience of the checks.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + liveness.startup
    while not await _answers(lives, liveness.timeout):
        if loop.time() > deadline:
            return f"no answer within {liveness.startup:g} s of its start"
        await asyncio.sleep(min(liveness.period, 1.0))
    missed = 0
    while missed < liveness.failures:
        await asyncio.sleep(liveness.period)
        missed = 0 if await _answers(lives, liveness.timeout) else missed + 1
    return f"no answer within {liveness.timeout:g} s, {missed} times in a row"


async def _answers(lives: Callable[[], Awaitable[object]], within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            await lives()
    except (Unavailable, TimeoutError):
        return False
    return True
