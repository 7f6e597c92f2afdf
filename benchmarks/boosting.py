"""Trees that two workers grow on millions of rows, against one process that has all of them: score, time, memory.

python -m benchmarks.boosting [--rows 5_000_000] [--parts 20] [--limit 2GiB] [--folder FOLDER]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.arrow.partitioned import PartitionedClaims
from adapters.arrow.synthetic import SyntheticClaims
from adapters.common.executor import LocalExecutor
from adapters.dask.executor import connected
from adapters.sklearn.cluster import Cluster
from adapters.sklearn.fitting import fit_model
from adapters.sklearn.scoring import scores
from adapters.sklearn.table import Table
from benchmarks.report import Result
from domain.models.model import FoldPlan, Recipe
from tests.support.default_schema import DEFAULT, READING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.sklearn.model import CostModel

_RECIPE = Recipe(family="boosting_xgboost")
_PLAN = FoldPlan(n_splits=5, n_repeats=1)
_SAMPLE = 200_000
_FRESH = 10_000_019  # a seed that no part has


@dataclass(frozen=True)
class Measured:
    """The scores, seconds and memory of one way."""

    r2: float
    rmse: float
    crps: float
    coverage: float
    seconds: dict[str, float]
    peaks: list[float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--parts", type=int, default=20)
    parser.add_argument("--limit", default="2GiB")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only-write", action="store_true")
    parser.add_argument("--alone", action="store_true", help="fit in this process and print what came of it as JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="medcost-") as scratch:
        folder = given.folder or Path(scratch) / "claims"
        if given.alone:
            print(json.dumps(vars(_alone(folder))))
            return
        _write(folder, given.rows, given.parts)
        if not given.only_write:
            together = _together(folder, given.limit, Path(scratch))
            command = [sys.executable, "-m", "benchmarks.boosting", "--alone", "--folder", str(folder)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            print(_table(given.rows, together, Measured(**json.loads(done.stdout))))


def _write(folder: Path, rows: int, parts: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(parts):
        file = folder / f"part-{seed:04}.parquet"
        if not file.exists():
            SyntheticClaims(DEFAULT, rows=rows // parts, seed=seed).write(file)


def _together(folder: Path, limit: str, scratch: Path) -> Measured:
    with _cluster(scratch, limit) as (address, workers), connected(address, patience=60) as executor:
        executor.client.wait_for_workers(len(workers), timeout=60)
        begun = time.perf_counter()
        claims = PartitionedClaims(folder, executor, READING, sample=_SAMPLE).read()
        assert claims.population
        read = time.perf_counter()
        *_, (model, _) = Cluster(executor.client, executor.translated).fits(
            _RECIPE, claims.population, Table.of(claims), _PLAN
        )
        seconds = {"contract and sample": read - begun, "six fits": time.perf_counter() - read}
        return _measured(model, seconds, [_peak(worker.pid) for worker in workers])


def _alone(folder: Path) -> Measured:
    begun = time.perf_counter()
    table = Table.of(PartitionedClaims(folder, LocalExecutor(), READING, sample=sys.maxsize).read())
    read = time.perf_counter()
    model = fit_model(_RECIPE, table, seed=_PLAN.seed)
    seconds = {"contract and sample": read - begun, "six fits": time.perf_counter() - read}
    return _measured(model, seconds, [_peak(os.getpid())])


def _measured(model: CostModel, seconds: dict[str, float], peaks: list[float]) -> Measured:
    fresh = Table.of(SyntheticClaims(DEFAULT, rows=200_000, seed=_FRESH).read())
    scored = scores(fresh, model.predict_arrays(fresh.rows)[0])
    return Measured(
        scored.expected.r2, scored.expected.rmse, scored.crps, scored.interval.coverage, seconds=seconds, peaks=peaks
    )


@contextmanager
def _cluster(scratch: Path, limit: str) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a scheduler and two workers of one thread."""
    file = scratch / "scheduler.json"
    here = ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0"]
    with (scratch / "log").open("wb") as log:

        def start(*words: str) -> subprocess.Popen[bytes]:
            return subprocess.Popen([sys.executable, "-m", "dask", *words, *here], stdout=log, stderr=log)

        started = [start("scheduler", "--port", "0", "--scheduler-file", str(file))]
        try:
            while not file.exists() or not file.read_text():
                time.sleep(0.1)
            address = json.loads(file.read_text())["address"]
            options = ["--nthreads", "1", "--no-nanny", "--memory-limit", limit, "--local-directory", str(scratch)]
            started += [start("worker", address, *options) for _ in range(2)]
            yield address, started[1:]
        finally:
            for process in started:
                process.kill()
                process.wait()


def _peak(pid: int) -> float:
    """Return the largest resident size that a process has had, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1000


def _table(rows: int, together: Measured, alone: Measured) -> str:
    figures = (
        ("R²", together.r2, alone.r2, ".4f"),
        ("RMSE, USD", together.rmse, alone.rmse, ",.1f"),
        ("CRPS, USD", together.crps, alone.crps, ",.1f"),
        ("coverage of the 90 % range", together.coverage, alone.coverage, ".4f"),
    )
    lines = [
        (name, f"{first:{form}}", f"{second:{form}}", f"{first / second - 1:+.2%}")
        for name, first, second, form in figures
    ]
    for part, seconds in together.seconds.items():
        other = alone.seconds[part]
        lines.append((f"{part}, s", f"{seconds:.0f}", f"{other:.0f}", f"{seconds / other:.2f}"))
    peaks_together, peaks_alone = (" and ".join(f"{peak:,.0f}" for peak in way.peaks) for way in (together, alone))
    lines.append(
        ("peak memory of a process, MB", peaks_together, peaks_alone, f"{max(together.peaks) / max(alone.peaks):.2f}")
    )
    return Result(f"{rows:,} rows", ("", "two workers", "one process", ""), tuple(lines)).markdown()


if __name__ == "__main__":
    main()
