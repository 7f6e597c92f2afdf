"""Whatever is killed under load: what was answered is recorded, once, and the service comes back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest


@pytest.mark.parametrize("part", ["web", "model", "postgres"])
async def test_what_was_answered_is_recorded_though_a_part_is_killed_again_and_again(
    part: str, running: Any, long: int
) -> None:
    async with running.under_load() as asking:
        for _ in range(long):
            await asking.until_made(50, within=30)
            await running.kill(part)
            await asking.until_made(within=10)
    print(f"{part}: {asking.summary}")
    assert not asking.wrong
    assert all(asking.refused), "a 503 without Retry-After"
    await running.check(asking)


async def test_what_was_answered_is_recorded_though_all_parts_are_killed_at_once(running: Any, long: int) -> None:
    async with running.under_load() as asking:
        for _ in range(long):
            await asking.until_made(50, within=30)
            await asyncio.gather(*(running.kill(part) for part in ("web", "model", "postgres")))
            await asking.until_made(50, within=30)
    print(asking.summary)
    assert not asking.wrong
    assert all(asking.refused), "a 503 without Retry-After"
    await running.check(asking)
