"""One prediction a request, against a bare no-op, the same server's no-op and the peers."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from benchmarks.load import load
from benchmarks.people import people
from benchmarks.report import Result, ratio
from benchmarks.sections.parts import parts_alone
from benchmarks.servers import cpu_seconds, medcost_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.load import Figure
    from benchmarks.servers import Servers

_COLUMNS = ("", "requests/s", "p50 ms", "p99 ms", "errors")
_BUSY = 32
_TREES = ("boosting", "forest")
_TURNS = 5


def measure(servers: Servers, seconds: float) -> Iterator[Result]:
    bare = f"{servers.bare}/noop"
    noop, ours = f"{servers.noop}/api/v1/noop", f"{servers.ours}/api/v1/predictions"
    for url in (bare, noop, ours):
        load(url, people(1000), connections=_BUSY, seconds=1)  # warm
    yield from _busy(servers, bare, noop, ours, seconds)
    yield _alone(servers, bare, noop, ours, seconds)


def _alone(servers: Servers, bare: str, noop: str, ours: str, seconds: float) -> Result:
    bodies = people(1000)
    limit, own, alone = (load(url, bodies, connections=1, seconds=seconds) for url in (bare, noop, ours))
    parts = {"no-op of the same server": own.p50, **parts_alone(servers, seconds)}
    rows = [
        ("Medcost", f"{alone.p50:.2f}", ""),
        ("bare no-op, alone", f"{limit.p50:.2f}", ""),
        *((f"{name}, alone", f"{took:.2f}", "") for name, took in parts.items()),
        ratio("Medcost / sum of its parts", alone.p50 / sum(parts.values()), "≤ 1.2"),
        ratio("Medcost / bare no-op", alone.p50 / limit.p50, "≤ 6.5"),
    ]
    for family in _TREES:
        with medcost_up(servers.trained(family).path) as url:
            address = f"{url}/api/v1/predictions"
            load(address, bodies, connections=1, seconds=1)  # warm
            # in turns, so that a busy moment of the machine meets both
            slowdown = median(
                load(address, bodies, connections=1, seconds=1).p50 / load(ours, bodies, connections=1, seconds=1).p50
                for _ in range(_TURNS)
            )
        rows.append(ratio(f"champion of {family} / of interactions", slowdown, "≤ 1.5"))
    return Result("One request at a time", ("p50 ms", "", "wanted"), tuple(rows))


def _busy(servers: Servers, bare: str, noop: str, ours: str, seconds: float) -> Iterator[Result]:
    bodies = people(1000)
    figures: dict[str, Figure] = {}
    cpu: dict[str, float] = {}
    for name, url in (("bare no-op of Litestar", bare), ("no-op of the same server", noop), ("Medcost", ours)):
        before = cpu_seconds(url)
        figures[name] = load(url, bodies, connections=_BUSY, seconds=seconds)
        cpu[name] = (cpu_seconds(url) - before) / figures[name].answered
    with servers.two_workers() as url:
        load(f"{url}/api/v1/predictions", bodies, connections=_BUSY, seconds=1)  # warm
        figures["Medcost, two workers"] = load(f"{url}/api/v1/predictions", bodies, connections=_BUSY, seconds=seconds)
    with servers.plain_bentoml() as model, servers.usual_stack(model) as usual:
        load(f"{usual}/predictions", bodies, connections=4, seconds=1)
        figures["usual stack"] = load(f"{usual}/predictions", bodies, connections=_BUSY, seconds=seconds)
        wrapped = [{"person": person} for person in bodies]
        figures["plain BentoML (records nothing)"] = load(
            f"{model}/predict", wrapped, connections=_BUSY, seconds=seconds
        )
    with servers.mlflow() as url:
        frames = [{"dataframe_split": {"columns": list(person), "data": [list(person.values())]}} for person in bodies]
        load(f"{url}/invocations", frames, connections=4, seconds=1)
        figures["mlflow models serve (records nothing)"] = load(
            f"{url}/invocations", frames, connections=_BUSY, seconds=seconds
        )
    limit, made, two = figures["bare no-op of Litestar"], figures["Medcost"], figures["Medcost, two workers"]
    yield Result(
        f"Predictions at {_BUSY} connections",
        _COLUMNS,
        tuple((name, *figure.row()) for name, figure in figures.items()),
        (
            (
                "The usual stack: FastAPI, requests, BentoML with a scikit-learn pipeline (one-hot columns, forest) "
                "on a one-row DataFrame, one SQLAlchemy commit for each request, in the same PostgreSQL. "
                "Plain BentoML and MLflow serve that pipeline."
            ),
        ),
    )
    others = [
        ratio(f"Medcost / {name}, requests/s", made.per_second / figure.per_second, "≥ 75" if "usual" in name else "")
        for name, figure in figures.items()
        if figure not in (limit, made, two)
    ]
    yield Result(
        f"Ratios at {_BUSY} connections",
        ("", "ratio", "wanted"),
        (
            ratio("Medcost / bare no-op, requests/s", made.per_second / limit.per_second, "≥ 0.54"),
            ratio(
                "bare no-op / Medcost, CPU of the web process", cpu["bare no-op of Litestar"] / cpu["Medcost"], "≥ 0.65"
            ),
            ratio("Medcost / bare no-op, p99", made.p99 / limit.p99, "≤ 3"),
            ratio("Medcost, two workers / bare no-op, requests/s", two.per_second / limit.per_second, "≥ 0.6"),
            *others,
        ),
    )
