"""A model that answers at once, and a child process that scores files with it."""

from __future__ import annotations

import asyncio
import sys
from array import array
from pathlib import Path
from typing import cast

from adapters.arrow.scoring_files import ArrowScoringFiles
from adapters.local.job_files import LocalJobFiles
from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.sample import small_sample
from adapters.subprocess.file_scorer import serve
from application.costs.score_by_job import ScoreTask
from application.costs.score_file import ScoreFile
from domain.costs.estimate_columns import PublishedColumns, shaped
from domain.costs.prediction import ModelReference
from tests.support.default_schema import DEFAULT

AT_ONCE = 100
"""Rows of a batch: a checkpoint comes after eight of them."""
_HELD_AFTER = 1_000
MODEL = ModelReference(7, "7" * 64)


class LinearModel(NeighbourPredictor):
    """Expects 100 a year of age. Waits before it answers more than a thousand rows, while a file is there."""

    def __init__(self, held_by: Path) -> None:
        super().__init__(small_sample(DEFAULT))
        self._held_by, self._answered = held_by, 0

    async def model(self):
        return MODEL

    async def publish_columns(self, facts, schema=None, above=None):
        while self._answered >= _HELD_AFTER and self._held_by.exists():  # noqa: ASYNC110  # another process removes it
            await asyncio.sleep(0.01)
        ages = [row[0] for row in cast("list[list[float]]", facts.tolist())]
        self._answered += len(ages)
        money = array("d", [100 * age for _ in range(4) for age in ages])
        cautions, zero = array("Q", [0] * len(ages)), array("d", [0.0] * len(ages))
        return PublishedColumns(MODEL, shaped(money, (4, len(ages))), memoryview(cautions), (), memoryview(zero))


def scorer(root: Path) -> ScoreTask:
    """Score the files of jobs in a folder; ``held`` in it holds the model."""
    model = LinearModel(root / "held")
    scoring = ScoreFile(files=ArrowScoringFiles())
    return ScoreTask(files=LocalJobFiles(root), score_file=scoring, model=model, schema=DEFAULT, at_once=AT_ONCE)


if __name__ == "__main__":
    serve(lambda task, on_progress: asyncio.run(scorer(Path(sys.argv[1])).score(task, on_progress)))
