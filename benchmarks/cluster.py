"""A folder of Parquet files scored by this process and by two workers of a cluster: rows a second, and memory.

    python -m benchmarks.cluster --folder /somewhere --prepare    # writes 80 files of 250,000 invented people
    python -m benchmarks.cluster --folder /somewhere
    python -m benchmarks.cluster --folder /somewhere --alone      # this process only

Memory is the most that a process ever held (VmHWM), its libraries included; the same ones score the small folder first
and then the large one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.arrow.scoring_files import ArrowScoringFiles
from adapters.arrow.synthetic import SyntheticClaims
from adapters.common.executor import LocalExecutor
from adapters.dask.executor import connected
from adapters.local.clock import SystemClock
from adapters.memory.sample import small_sample
from adapters.sklearn.loader import SklearnLoader
from adapters.sklearn.trainer import SklearnTrainer
from application.costs.score_file import ScoreFile
from application.costs.score_folder import ScoreFolder, ShippedModel
from domain.costs.prediction import ModelReference
from domain.models.model import FoldPlan, Provenance, Recipe
from tests.support.default_schema import DEFAULT, READING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.ports.executor import Executor

FILES, SMALL, ROWS = 80, 8, 250_000
FAMILIES = ("linear", "knn", "forest", "boosting", "interaction_lad")


def prepare(folder: Path) -> None:
    """Write the files once; the small folder holds the first of them."""
    for name in ("large", "small"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for seed in range(FILES):
        file = folder / "large" / f"{seed:03}.parquet"
        SyntheticClaims(DEFAULT, rows=ROWS, seed=seed).write(file)
        if seed < SMALL:
            os.link(file, folder / "small" / file.name)


def model(family: str, into: Path) -> ShippedModel:
    trainer, recipe, plan, claims = (
        SklearnTrainer(SystemClock()),
        Recipe(family=family),
        FoldPlan(),
        small_sample(DEFAULT),
    )
    test = trainer.test(recipe, claims, plan)
    made = trainer.fit(recipe, claims, plan, Provenance(metric="crps"), test=test, into=into)
    return ShippedModel.of(ModelReference(1, made.digest), made.folder, SklearnLoader())


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[str]:
    """Start a scheduler and workers of one thread each, as docs/cluster.md has it, and give the address."""
    about = folder / "scheduler.json"
    begun = [_dask(folder, "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(about))]
    try:
        while not about.exists() or not about.read_text():
            time.sleep(0.1)
        address = json.loads(about.read_text())["address"]
        options = ("--nworkers", str(workers), "--nthreads", "1", "--local-directory", str(folder))
        begun.append(_dask(folder, "worker", address, "--host", "127.0.0.1", *options))
        yield address
    finally:
        for process in reversed(begun):
            process.terminate()
            process.wait()


def _dask(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        command = [sys.executable, "-m", "dask", *words, "--dashboard-address", "127.0.0.1:0"]
        return subprocess.Popen(command, stdout=log, stderr=log)


def measured(executor: Executor, shipped: ShippedModel, source: Path, out: Path) -> tuple[int, float]:
    begun = time.perf_counter()
    _, results = ScoreFolder(files=ArrowScoringFiles(), executor=executor)(shipped, str(source), str(out), READING)
    rows = sum(result.report.scored for result in results)
    return rows, time.perf_counter() - begun


def compare(executor: Executor) -> float:
    """Measure some families, as the first half of a training does."""
    recipes, claims = [Recipe(family=family) for family in FAMILIES], SyntheticClaims(DEFAULT).read()
    trainer = SklearnTrainer(SystemClock(), executor)
    begun = time.perf_counter()
    list(trainer.measure(recipes, claims, FoldPlan(), seconds=None, on_fold=lambda *_: None))
    return time.perf_counter() - begun


def most_memory(pid: int) -> str:
    status = Path(f"/proc/{pid}/status").read_text()
    return f"{int(status.partition('VmHWM:')[2].split()[0]) / 1024:,.0f} MB"


def show(what: str, rows: int, seconds: float, memory: str = "") -> None:
    print(f"| {what} | {rows:,} | {seconds:.1f} | {rows / seconds:,.0f} | {memory} |", flush=True)


def run(folder: Path, family: str, *, alone: bool) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as made:
        work = Path(made)
        shipped = model(family, work)
        print(f"{family}\n\n| what | rows | s | rows/s | most memory of each process |\n|---|---|---|---|---|")
        file = next((folder / "small").iterdir())
        loaded = SklearnLoader().load(shipped.reference, work / "medcost")
        begun = time.perf_counter()
        score = ScoreFile(files=ArrowScoringFiles())
        single = asyncio.run(score(loaded, str(file), str(work / "one.parquet"), READING))
        show("one file, this process", single.scored, time.perf_counter() - begun)
        for size in ("small", "large"):
            measurement = measured(LocalExecutor(), shipped, folder / size, work / size)
            show(f"{size} folder, this process", *measurement, most_memory(os.getpid()))
            shutil.rmtree(work / size)
        if alone:
            return
        with cluster(work, 2) as address, connected(address, patience=60) as executor:
            executor.client.wait_for_workers(2, timeout=60)
            started: Any = executor.client.run(os.getpid)
            pids: list[int] = list(started.values())
            list(executor.map(pow, range(8), 2))
            for size in ("small", "large"):
                measurement = measured(executor, shipped, folder / size, work / size)
                show(f"{size} folder, two workers", *measurement, ", ".join(map(most_memory, pids)))
                shutil.rmtree(work / size)
            compare(executor)  # scikit-learn is imported
            print(f"\n{len(FAMILIES)} families compared: {compare(LocalExecutor()):.1f} s in this process", end=", ")
            print(f"{compare(executor):.1f} s by two workers")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--family", default="boosting")
    parser.add_argument("--prepare", action="store_true")
    parser.add_argument("--alone", action="store_true", help="no cluster")
    given = parser.parse_args()
    if given.prepare:
        prepare(given.folder)
    else:
        run(given.folder, given.family, alone=given.alone)
