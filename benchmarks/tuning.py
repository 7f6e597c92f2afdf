"""The wall time of one study by one, two and four workers, as processes of one machine.

``python -m benchmarks.tuning`` prints the table of docs/cluster.md. Each worker computes on one thread, the storage is
an embedded PostgreSQL, and time runs from when all workers are ready until the last one has the result. With
``--nothing`` a trial costs nothing, which leaves what the study itself can do in a second.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final

from adapters.arrow.synthetic import SyntheticClaims
from adapters.local.clock import SystemClock
from adapters.optuna.options import PrunerOptions, SamplerOptions, TuneBudget, TuneOptions
from adapters.optuna.tuner import OptunaTuner
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.sklearn.trainer import SklearnTrainer
from domain.models.evaluation import Metric
from domain.models.model import FloatRange, FoldPlan, IntRange, Recipe
from tests.support.default_schema import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.synchronize import Barrier

    from domain.models.model import Hyperparameters

TRIALS, TRIALS_OF_NOTHING = 32, 200
ROWS: Final = 2000
WORKERS: Final = (1, 2, 4)
SPACE: Final = {"learning_rate": FloatRange(0.01, 0.3, log=True), "max_leaf_nodes": IntRange(4, 32)}


def work(url: str, study: str, trials: int, nothing: bool, ready: Barrier) -> None:  # noqa: FBT001  # told by position
    """Run one worker: fold losses of gradient boosting, drawn at random so that all studies try the same."""
    options = TuneOptions(
        budget=TuneBudget(n_trials=trials), sampler=SamplerOptions(kind="random"), pruner=PrunerOptions(kind="none")
    )
    tuner, trainer = OptunaTuner(url, options), SklearnTrainer(SystemClock())
    claims, plan = SyntheticClaims(DEFAULT, rows=ROWS, seed=0).read(), FoldPlan(n_splits=3, n_repeats=1)

    def loss(hyperparameters: Hyperparameters, report: Callable[[int, float], None]) -> float:
        del report
        if nothing:
            return 0.0
        recipe = Recipe(family="boosting", hyperparameters=hyperparameters)
        return trainer.cross_validate(recipe, claims, plan, on_fold=lambda _: None).mean(Metric.CRPS)

    first = {"learning_rate": 0.1, "max_leaf_nodes": 16}
    loss(first, lambda *_: None)  # imports and caches are not what is measured
    ready.wait()
    with tuner.tune(
        study, SPACE, loss, basis="", first=first, on_trial=lambda _: None, on_wait=lambda _: None
    ):  # fmt: skip
        pass


def seconds(url: str, workers: int, trials: int, *, nothing: bool) -> float:
    """Measure one study."""
    spawn = get_context("spawn")
    ready = spawn.Barrier(workers + 1)
    processes = [
        spawn.Process(target=work, args=(url, f"of {workers}", trials, nothing, ready)) for _ in range(workers)
    ]
    for process in processes:
        process.start()
    ready.wait()
    begun = time.perf_counter()
    for process in processes:
        process.join()
    return time.perf_counter() - begun


def main(*, nothing: bool) -> None:
    """Print the table."""
    trials, what = (TRIALS_OF_NOTHING, "nothing") if nothing else (TRIALS, f"3 folds, {ROWS:,} rows")
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "postgres").lease() as server:
        url = server.url("optuna", driver="psycopg")
        print(f"{trials} trials of {what}, {os.cpu_count()} cores")
        print("| workers | seconds | trials/s | against one |\n|---|---|---|---|")
        alone = 0.0
        for workers in WORKERS:
            took = seconds(url, workers, trials, nothing=nothing)
            alone = alone or took
            print(f"| {workers} | {took:.1f} | {trials / took:.2f} | {alone / took:.2f} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nothing", action="store_true", help="trials that cost nothing")
    main(nothing=parser.parse_args().nothing)
