"""How long `medcost up` takes on a home that has a champion, until a prediction can be made, and to stop."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.report import Result
from benchmarks.servers import medcost_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.servers import Servers

_TIMES = 3


def measure(servers: Servers, seconds: float) -> Iterator[Result]:  # noqa: ARG001  # it takes what it takes
    starts: list[float] = []
    stops: list[float] = []
    for _ in range(_TIMES):
        begun = time.perf_counter()
        with medcost_up(servers.home.path):
            ready = time.perf_counter()
        starts.append(ready - begun)
        stops.append(time.perf_counter() - ready)
    yield Result(
        "Start-up",
        ("", "median s", "slowest s"),
        tuple((n, f"{median(t):.1f}", f"{max(t):.1f}") for n, t in (("start to Ready", starts), ("stop", stops))),
    )
