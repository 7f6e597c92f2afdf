"""The time that `medcost up` takes on a home with a champion until a prediction can be made, and to stop."""

from __future__ import annotations

import resource
import time
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.report import Result
from benchmarks.servers import CLI, medcost_up, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.servers import Servers

_TIMES = 3
_COMMANDS = (("models", "list"), ("doctor",))


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
        ("", "median s", "slowest s", "wanted"),
        tuple(
            (name, f"{median(taken):.1f}", f"{max(taken):.1f}", bar)
            for name, taken, bar in (("start to Ready", starts, "≤ 4 s"), ("stop", stops, ""))
        ),
    )
    yield _commands(servers)


def _commands(servers: Servers) -> Result:
    rows = [(f"medcost {' '.join(words)}", f"{_cpu(servers, words):.2f}", "≤ 0.6 s") for words in _COMMANDS]
    title = "Commands that look, while nothing runs: CPU of the command and of what it starts"
    return Result(title, ("", "median s", "wanted"), tuple(rows))


def _cpu(servers: Servers, words: Sequence[str]) -> float:
    """Return the median seconds of CPU of a command; the first turn, which is cold, does not count."""
    taken: list[float] = []
    for _ in range(_TIMES + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run([*CLI, *words, "--home", str(servers.home.path)])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return median(taken[1:])
