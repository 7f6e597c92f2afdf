"""Explanations at the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.load import load
from benchmarks.people import people
from benchmarks.report import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.servers import Servers


def measure(servers: Servers, seconds: float) -> Iterator[Result]:
    url, bodies = f"{servers.ours}/api/v1/explanations", people(1000)
    load(url, bodies, connections=2, seconds=1)
    rows = tuple((str(count), *load(url, bodies, connections=count, seconds=seconds).row()) for count in (1, 8))
    yield Result("Explanations", ("connections", "requests/s", "p50 ms", "p99 ms", "errors"), rows)
