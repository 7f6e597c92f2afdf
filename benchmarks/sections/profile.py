"""Where the web process spends its CPU on a prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import psutil

from benchmarks.load import load
from benchmarks.people import people
from benchmarks.profiled import PARTS, REST
from benchmarks.report import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.servers import Servers

_BUSY = 32


def measure(servers: Servers, seconds: float) -> Iterator[Result]:
    bodies = people(1000)
    with servers.web("benchmarks.profiled") as url:
        load(f"{url}/api/v1/predictions", bodies, connections=_BUSY, seconds=1)  # warm
        process = _listening_at(url)
        httpx.get(f"{url}/api/v1/samples", trust_env=False)
        before = sum(process.cpu_times()[:2])
        answered_before = _answered(url)
        load(f"{url}/api/v1/predictions", bodies, connections=_BUSY, seconds=seconds)
        spent = sum(process.cpu_times()[:2]) - before
        counts: dict[str, int] = httpx.get(f"{url}/api/v1/samples", trust_env=False).json()
        each = 1e6 * spent / (_answered(url) - answered_before)
    total = sum(counts.values())
    parts = {name: each * counts.get(name, 0) / total for name in (*PARTS, REST)}
    rows = [(name, f"{spent:.0f}") for name, spent in parts.items()]
    yield Result(
        f"Where the web process spends its CPU, at {_BUSY} connections",
        ("", "µs a prediction"),
        (*rows, ("all of it", f"{each:.0f}")),
        (
            (
                f"CPU time by the operating system, over {total:,} samples taken after each millisecond "
                "of it (`make profile`); work in C counts for the Python that called it. The signals themselves take "
                "a few µs of it."
            ),
        ),
    )


def _listening_at(url: str) -> psutil.Process:
    port = int(url.rsplit(":", 1)[1])
    return next(
        process
        for process in psutil.Process().children(recursive=True)
        if any(
            connection.laddr.port == port and connection.status == psutil.CONN_LISTEN
            for connection in process.net_connections()
        )
    )


def _answered(url: str) -> float:
    """Return the number of predictions that the process has answered."""
    text = httpx.get(f"{url}/api/v1/metrics", trust_env=False).text
    lines = (line for line in text.splitlines() if line.startswith("medcost_predictions_total"))
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)
