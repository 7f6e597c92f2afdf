"""Another model takes over under load."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any


async def test_no_request_fails_during_a_swap_and_each_record_names_its_model(
    running: Any, promote: Callable[[int], Awaitable[None]], long: int
) -> None:
    async with running.under_load() as asking:
        for version in (2, 1) * long:
            await asking.until_made(50, within=30)
            await promote(version)
            await until_answered_by(asking, version)
    print(asking.summary)
    assert not [*asking.wrong, *asking.refused, *asking.broken]
    assert {made["model"]["version"] for _, made in asking.answers()} == {1, 2}
    await running.check(asking)  # the figures of version 1, which answers now
    await promote(2)
    async with running.under_load(workers=1) as after:
        await until_answered_by(after, 2)
    await running.check(asking)  # those of version 2


async def until_answered_by(asking: Any, version: int) -> None:
    while True:
        await asking.until_made(within=10)
        if json.loads(asking.made[-1][1])["model"]["version"] == version:
            return
