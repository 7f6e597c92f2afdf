"""How throughput grows with the number of connections, and that it does not collapse past the knee."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.load import load
from benchmarks.people import people
from benchmarks.report import Curve, Plot, Result, ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.servers import Servers

_CONNECTIONS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


def measure(servers: Servers, seconds: float) -> Iterator[Result]:
    bodies = people(1000)
    addresses = {"no-op": f"{servers.noop}/api/v1/noop", "Medcost": f"{servers.ours}/api/v1/predictions"}
    figures = {
        name: [load(url, bodies, connections=count, seconds=max(1, seconds / 2)) for count in _CONNECTIONS]
        for name, url in addresses.items()
    }
    rows = tuple(
        (str(count), f"{noop.per_second:,.0f}", *ours.row())
        for count, noop, ours in zip(_CONNECTIONS, figures["no-op"], figures["Medcost"], strict=True)
    )
    best = max(figure.per_second for figure in figures["Medcost"])
    curves = tuple(
        Curve(name, _CONNECTIONS, tuple(figure.per_second for figure in every)) for name, every in figures.items()
    )
    yield Result(
        "Growth with connections",
        ("connections", "no-op/s", "Medcost/s", "p50 ms", "p99 ms", "errors"),
        rows,
        (),
        (Plot("performance-growth.svg", "Predictions by connections", "answers/s", curves),),
    )
    share = figures["Medcost"][-1].per_second / best
    row = ratio(f"requests/s at {_CONNECTIONS[-1]} connections / at the best number", share, "≥ 0.9")
    yield Result("No collapse", ("", "ratio", "wanted"), (row,))
