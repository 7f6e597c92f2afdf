"""One prediction a request, against the same server's no-op and against the peers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.load import load
from benchmarks.people import people
from benchmarks.report import Result, ratio
from benchmarks.sections.parts import parts_alone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.load import Figure
    from benchmarks.servers import Servers

_COLUMNS = ("", "requests/s", "p50 ms", "p99 ms", "errors")
_BUSY = 32


def measure(servers: Servers, seconds: float) -> Iterator[Result]:
    noop, ours = f"{servers.noop}/api/v1/noop", f"{servers.ours}/api/v1/predictions"
    bodies = people(1000)
    for url in (noop, ours):
        load(url, bodies, connections=_BUSY, seconds=1)  # warm
    yield from _busy(servers, noop, ours, seconds)
    limit = load(noop, bodies, connections=1, seconds=seconds)
    alone = load(ours, bodies, connections=1, seconds=seconds)
    parts = {"no-op": limit.p50, **parts_alone(servers, seconds)}
    total = sum(parts.values())
    yield Result(
        "One request at a time",
        ("p50 ms", "", "wanted"),
        (
            ("Medcost", f"{alone.p50:.2f}", ""),
            *((f"{name}, alone", f"{took:.2f}", "") for name, took in parts.items()),
            ratio("Medcost / sum of its parts", alone.p50 / total, "≤ 1.5"),
            ratio("Medcost / no-op", alone.p50 / limit.p50, "≤ 8"),
        ),
    )


def _busy(servers: Servers, noop: str, ours: str, seconds: float) -> Iterator[Result]:
    bodies = people(1000)
    found: dict[str, Figure] = {
        "no-op of the same server": load(noop, bodies, connections=_BUSY, seconds=seconds),
        "Medcost": load(ours, bodies, connections=_BUSY, seconds=seconds),
    }
    with servers.plain_bentoml() as model, servers.usual_stack(model) as usual:
        load(f"{usual}/predictions", bodies, connections=4, seconds=1)
        found["usual stack"] = load(f"{usual}/predictions", bodies, connections=_BUSY, seconds=seconds)
        asked = [{"person": person} for person in bodies]
        found["plain BentoML (records nothing)"] = load(f"{model}/predict", asked, connections=_BUSY, seconds=seconds)
    with servers.mlflow() as url:
        asked = [{"dataframe_split": {"columns": list(one), "data": [list(one.values())]}} for one in bodies]
        load(f"{url}/invocations", asked, connections=4, seconds=1)
        found["mlflow models serve (records nothing)"] = load(
            f"{url}/invocations", asked, connections=_BUSY, seconds=seconds
        )
    limit, made = found["no-op of the same server"], found["Medcost"]
    yield Result(
        f"Predictions at {_BUSY} connections",
        _COLUMNS,
        tuple((name, *figure.row()) for name, figure in found.items()),
        (
            (
                "The usual stack: FastAPI, requests, BentoML with a scikit-learn pipeline (one-hot columns, forest) "
                "on a one-row DataFrame, one SQLAlchemy commit for each request, in the same PostgreSQL. "
                "Plain BentoML and MLflow serve that pipeline."
            ),
        ),
    )
    others = [
        ratio(f"Medcost / {name}, requests/s", made.per_second / figure.per_second, "≥ 60" if "usual" in name else "")
        for name, figure in found.items()
        if figure not in (limit, made)
    ]
    yield Result(
        f"Ratios at {_BUSY} connections",
        ("", "ratio", "wanted"),
        (
            ratio("Medcost / no-op, requests/s", made.per_second / limit.per_second, "≥ 0.5"),
            ratio("Medcost / no-op, p99", made.p99 / limit.p99, "≤ 5"),
            *others,
        ),
    )
