"""`medcost predict` in process, beside pyarrow alone: python -m benchmarks.scoring FILE HOME gives both, in seconds.

In a process of its own, so that what it measures has no neighbours. The two take turns, and the first turn, which is
cold, does not count.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from statistics import median

import msgspec
import pyarrow.parquet as pq

from entrypoints.composition.scoring import load_served_model, score_file
from entrypoints.composition.settings import load
from tests.support.default_schema import READING

_TURNS = 5


class Taken(msgspec.Struct):
    """Seconds, each the median of five."""

    copying: float
    predicting: float


async def _measure(source: Path, home: Path) -> Taken:
    model, score = await load_served_model(load({"home": home}))(), score_file()
    copy, answers = source.with_suffix(".copy"), source.with_suffix(".answers.parquet")
    copying: list[float] = []
    predicting: list[float] = []
    for _ in range(_TURNS + 1):
        begun = time.perf_counter()
        pq.write_table(pq.read_table(source), copy)
        copying.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        await score(model, str(source), str(answers), READING)
        predicting.append(time.perf_counter() - begun)
        answers.unlink()
    copy.unlink()
    return Taken(median(copying[1:]), median(predicting[1:]))


if __name__ == "__main__":
    sys.stdout.write(msgspec.json.encode(asyncio.run(_measure(Path(sys.argv[1]), Path(sys.argv[2])))).decode())
