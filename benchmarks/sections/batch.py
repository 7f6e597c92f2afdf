"""Many at once: 10,000 in one request, and whole files by `medcost predict`, of every family."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

import httpx
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from adapters.sklearn.families import FAMILIES
from benchmarks.people import people
from benchmarks.report import Result, ratio
from benchmarks.scoring import Taken
from benchmarks.servers import CLI, TREE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.local.home import Home
    from benchmarks.servers import Servers

_ROWS = {
    "quick": (20_000, 50_000, 0),
    "usual": (1_000_000, 10_000_000, 1_000_000),
    "long": (1_000_000, 10_000_000, 1_000_000),
}
"""Rows of the file that is timed, of the larger one for the memory, and of that for each family (none: left out)."""
_BARS = {"interaction": "≤ 2.5", "boosting": "≤ 7", "forest": "≤ 7"}
"""By the first word of a family's name: in process over pyarrow."""
_REQUEST, _TIMES = 10_000, 5


def measure(servers: Servers, seconds: float) -> Iterator[Result]:  # noqa: ARG001  # counted by rows, not by time
    yield _json(servers)
    timed, larger, each = _ROWS[servers.size]
    source = _file(servers.folder, timed)
    taken = _in_process(servers.home, source)
    took, peak = _predicted(servers.home, source)
    rows = [
        (f"reading and rewriting {timed:,} rows with pyarrow", f"{taken.copying:.2f} s", ""),
        ("`medcost predict` on them, in process", f"{taken.predicting:.2f} s", ""),
        ratio("`medcost predict` in process / pyarrow", taken.predicting / taken.copying, _BARS["interaction"]),
        ("`medcost predict` on them, the whole command", f"{took:.2f} s", ""),
        (f"peak memory at {timed:,} rows", f"{peak:,.0f} MB", ""),
    ]
    if larger > timed:
        _, more = _predicted(servers.home, _file(servers.folder, larger))
        rows += [
            (f"peak memory at {larger:,} rows", f"{more:,.0f} MB", ""),
            ratio("peak memory, larger / smaller", more / peak, "0.8 to 1.2"),
        ]
    yield Result("Files", ("", "found", "wanted"), tuple(rows))
    if each:
        yield _families(servers, each)


def _json(servers: Servers) -> Result:
    taken: list[float] = []
    everybody = msgspec.json.encode(people(_REQUEST))  # to make them up and to encode them takes as long as to answer
    headers = {"Content-Type": "application/json"}
    with httpx.Client(timeout=60, trust_env=False) as client:
        for _ in range(_TIMES):
            begun = time.perf_counter()
            answer = client.post(f"{servers.ours}/api/v1/predictions/batch", content=everybody, headers=headers)
            answer.raise_for_status()
            taken.append(time.perf_counter() - begun)
            assert len(answer.json()["predictions"]) == _REQUEST
    row = (f"{_REQUEST:,} people as JSON, answered and recorded", f"{median(taken):.2f} s", "≤ 0.22 s")
    return Result("One request for many", ("", "median", "wanted"), (row,))


def _families(servers: Servers, count: int) -> Result:
    source = _file(servers.folder, count)
    rows: list[tuple[str, ...]] = []
    for family in FAMILIES:
        home = servers.home if family == servers.home.path.name else servers.trained(family)
        taken = _in_process(home, source)
        _, peak = _predicted(home, source)
        took = f"{taken.predicting:.2f}", f"{taken.copying:.2f}", f"{taken.predicting / taken.copying:.1f}"
        rows.append((family, *took, _BARS.get(family.partition("_")[0], ""), f"{peak:,.0f}"))
    title = f"`medcost predict` in process on {count:,} rows, by family"
    return Result(title, ("", "s", "pyarrow beside it, s", "ratio", "wanted", "peak MB"), tuple(rows))


def _file(folder: Path, rows: int) -> Path:
    """Return a Parquet file of people, the same for the same number of rows."""
    path = folder / f"people-{rows}.parquet"
    if not path.exists():
        random = np.random.default_rng(rows)
        at_once = 500_000
        writer = None
        for begin in range(0, rows, at_once):
            count = min(at_once, rows - begin)
            table = pa.table(
                {
                    "age": random.integers(18, 65, count),
                    "sex": random.choice(["female", "male"], count),
                    "bmi": random.uniform(16, 50, count).round(2),
                    "children": random.integers(0, 6, count),
                    "smoker": random.choice(["yes", "no"], count, p=[0.2, 0.8]),
                    "region": random.choice(["northeast", "northwest", "southeast", "southwest"], count),
                }
            )
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
        assert writer
        writer.close()
    return path


def _in_process(home: Home, source: Path) -> Taken:
    command = [sys.executable, "-m", "benchmarks.scoring", str(source), str(home.path)]
    return msgspec.json.decode(subprocess.check_output(command, cwd=TREE), type=Taken)


def _predicted(home: Home, source: Path) -> tuple[float, float]:
    """Return seconds and peak memory in MB of `medcost predict`."""
    out = source.with_name("answers.parquet")
    command = [*CLI, "predict", "--input", str(source), "--output", str(out), "--home", str(home.path)]
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=TREE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _, status, used = os.wait4(process.pid, 0)
    except BaseException:
        process.kill()
        raise
    took = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{' '.join(command)} ended with {process.returncode}"
    assert pq.read_metadata(out).num_rows == pq.read_metadata(source).num_rows
    out.unlink()
    return took, used.ru_maxrss / 1024
