"""The web process under a sampling profiler: `python -m benchmarks.profiled --port 8001`.

A signal comes after each millisecond of CPU that the process used (`ITIMER_PROF`), and the stack of the moment is
counted. Work in C counts for the function of Python that called it. What was counted since the last time is given by
`GET /api/v1/samples`.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections import Counter
from typing import TYPE_CHECKING, Final

import uvloop
from litestar import get

from entrypoints.composition.settings import load
from entrypoints.hosting.asgi import run_web

if TYPE_CHECKING:
    from types import FrameType

EACH: Final = 0.001
"""Seconds of CPU between two samples."""

PARTS: Final = {
    "Litestar: routing, middleware, arguments, response": ("/litestar/",),
    "the edge: identifier, refusals, deadlines, headers": (
        "middleware/edge.py", "middleware/limits.py", "hosting/arrivals.py", "hosting/shares.py", "hosting/below.py",
        "hosting/site_guard.py", "hosting/proxies.py", "hosting/asgi.py", "common/deadlines.py",
    ),
    "uvicorn: read, parse, write": ("/uvicorn/", "hosting/serving.py", "hosting/one_write.py"),
    "coalescing": ("common/batching.py",),
    "record: rows, asyncpg, lending": ("/adapters/postgres/", "/asyncpg/", "/sqlalchemy/"),
    "metrics": ("/prometheus_client/", "entrypoints/http/metrics.py"),
    "structlog": ("/structlog/",),
    "dishka": ("/dishka/",),
    "question to the model server": ("/adapters/bentoml/",),
    "decoding, domain, shaping": ("/domain/", "/application/", "entrypoints/http/"),
}  # fmt: skip
"""Which files belong to a part; the first that fits, from the innermost call outwards."""
REST: Final = "event loop and the rest"


class Sampler:
    """Counts samples by part."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def start(self) -> None:
        """Begin to count."""
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, EACH, EACH)

    def taken(self) -> dict[str, int]:
        """Return what was counted since the last time."""
        counts, self._counts = dict(self._counts), Counter()
        return counts

    def _sample(self, _signal: int, frame: FrameType | None) -> None:
        self._counts[part_of(frame)] += 1


def part_of(frame: FrameType | None) -> str:
    """Return the part to which a call belongs."""
    while frame is not None:
        file = frame.f_code.co_filename
        for part, files in PARTS.items():
            if any(part_of_path in file for part_of_path in files):
                return part
        frame = frame.f_back
    return REST


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    sampler = Sampler()

    @get("/samples", include_in_schema=False)
    async def samples() -> dict[str, int]:
        return sampler.taken()

    async def serve() -> None:
        sampler.start()
        await run_web(load({"port": port}), more=[samples])

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())


if __name__ == "__main__":
    main()
