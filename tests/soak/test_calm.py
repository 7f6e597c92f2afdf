"""At half of its capacity: no error, and nothing that grows."""

from __future__ import annotations

import asyncio
import time
from statistics import linear_regression, median
from typing import Any

import psutil

SHORT, SECONDS = 2, 30
"""How long it lasts in `make test`, and in `make soak`, which makes it twenty times as long: ten minutes."""
GROWTH = 0.05
"""Share by which memory may be larger in the last third than in the second: the first is still warming up."""
DESCRIPTORS = 3


async def test_at_half_of_capacity_nothing_fails_and_nothing_grows(running: Any, long: int) -> None:
    enough = 1000 if long > 1 else 200
    async with running.under_load(workers=32) as warm:
        await warm.until_made(enough // 2, within=60)
        began = time.monotonic()
        await warm.until_made(enough, within=60)
    capacity = enough / (time.monotonic() - began)
    watched = {name: psutil.Process(running.pid(name)) for name in ("web", "model")}
    samples: dict[str, list[tuple[float, int, int]]] = {name: [] for name in watched}
    async with running.under_load(workers=16, per_second=capacity / 2) as asking:
        ending = time.monotonic() + (SECONDS * long if long > 1 else SHORT)
        while (now := time.monotonic()) < ending:
            for name, process in watched.items():
                samples[name].append((now, process.memory_info().rss, process.num_fds()))
            await asyncio.sleep(0.2)
    print(f"capacity {capacity:.0f}/s; {asking.summary}")
    assert not [*asking.wrong, *asking.refused, *asking.broken]
    for name, values in samples.items():
        third = len(values) // 3
        middle, last = values[third : 2 * third], values[2 * third :]
        slope = linear_regression([at for at, _, _ in last], [size / 2**20 for _, size, _ in last]).slope
        sizes = [median(size for _, size, _ in part) / 2**20 for part in (middle, last)]
        files = [median(count for _, _, count in part) for part in (middle, last)]
        print(f"{name}: {sizes[0]:.1f} then {sizes[1]:.1f} MB ({60 * slope:+.2f} MB/min), {files} descriptors")
        if long > 1:  # seconds say nothing of what grows: processes are still warming up
            assert sizes[1] < sizes[0] * (1 + GROWTH)
            assert files[1] <= files[0] + DESCRIPTORS
    await running.check(asking)
