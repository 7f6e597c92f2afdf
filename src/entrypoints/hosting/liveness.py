"""When a process that runs counts as hung."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Liveness:
    """How often a process is asked whether it answers, and how patiently.

    Args:
        period: seconds between two questions.
        timeout: seconds that an answer may take.
        failures: questions in a row without an answer after which the process counts as hung: one that is busy for a
            moment answers one of them.
        startup: seconds after its start within which a process must have answered for the first time.
        grace: seconds that a hung process has to end by itself when it is asked to; then it is killed.
    """

    period: float = 5.0
    timeout: float = 5.0
    failures: int = 3
    startup: float = 90.0
    grace: float = 5.0


async def until_hung(lives: Callable[[], Awaitable[object]], liveness: Liveness) -> str:
    """Ask a process that was just started for as long as it answers; return why it counts as hung.

    Args:
        lives: returns once the process has answered; raises `Unavailable` if it cannot.
        liveness: how patiently it is asked.
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
