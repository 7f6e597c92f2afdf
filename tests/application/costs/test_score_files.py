"""Files and folders are scored by the served model, over ports in memory."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.common.executor import LocalExecutor
from adapters.memory.loader import MemoryLoader, write_flat_model
from adapters.memory.publisher import MemoryPublisher
from adapters.memory.scoring_files import MemoryScoringFiles
from application.costs.score_file import LoadServedModel, ScoreFile
from application.costs.score_folder import ScoreFolder, ShipModel
from domain.costs.prediction import ModelReference
from domain.errors import NoChampion, PredictorUnavailable
from domain.people.people_table import Row
from tests.support.default_schema import DEFAULT, READING

ANN: Row = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": "no", "region": "northeast"}


@pytest.fixture
def files():
    return MemoryScoringFiles({"people/a": [ANN] * 20, "people/b": [ANN, {**ANN, "age": 7}]})


@pytest.fixture
async def publisher(tmp_path):
    model_store = MemoryPublisher(workspace=tmp_path / "shelf")
    reference = ModelReference(2, write_flat_model(tmp_path / "model", usd=100))
    await model_store.publish(reference, tmp_path / "model")
    await model_store.point_to(reference)
    return model_store


async def test_the_served_model_scores_a_file(files, publisher):
    model = await LoadServedModel(publisher=publisher, loader=MemoryLoader(DEFAULT))()
    seen: list[Any] = []
    report = await ScoreFile(files=files)(
        model, "people/b", "costs/b", READING, on_batch=lambda *heard: seen.append(heard)
    )
    assert (report.model.version, report.rows, report.scored, report.bad) == (2, 2, 1, 1)
    assert [(made.is_first, [violation.column for violation in bad]) for made, bad in seen] == [(True, ["age"])]
    assert [row["expected"] for row in files.answers["costs/b"]] == [100]


async def test_a_run_that_was_cut_short_keeps_each_eighth_batch(files, publisher):
    model = await LoadServedModel(publisher=publisher, loader=MemoryLoader(DEFAULT))()
    score = ScoreFile(files=files)

    def stop(report, _):
        if report.batches == 10:
            message = "gone"
            raise PredictorUnavailable(message)

    with pytest.raises(PredictorUnavailable):
        await score(model, "people/a", "costs/a", READING, on_batch=stop, at_once=1)
    assert files.answers == {}
    report = await score(model, "people/a", "costs/a", READING, at_once=1)
    assert (report.resumed, report.rows, len(files.answers["costs/a"])) == (8, 20, 20)


def test_a_folder_is_scored_once(files, publisher):
    import asyncio

    shipped = asyncio.run(ShipModel(publisher=publisher, loader=MemoryLoader(DEFAULT))())
    score = ScoreFolder(files=files, executor=LocalExecutor())
    for is_new in (True, False):
        total, results = score(shipped, "people", "costs", READING)
        scored = [(result.name, result.report.scored, result.is_new) for result in results]
        assert (total, scored) == (2, [("a", 20, is_new), ("b", 1, is_new)])


async def test_without_a_served_model_nobody_is_scored(tmp_path):
    empty = MemoryPublisher(workspace=tmp_path)
    with pytest.raises(NoChampion, match="medcost train"):
        await LoadServedModel(publisher=empty, loader=MemoryLoader(DEFAULT))()
