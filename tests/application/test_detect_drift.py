"""Drift against the model that is served."""

import pytest

from adapters.memory.loader import MemoryLoader, write_flat_model
from adapters.memory.publisher import MemoryPublisher
from adapters.pandas.synthetic import SyntheticClaims
from adapters.scipy.drift import ScipyDriftMeter
from application.detect_drift import DetectDrift
from domain.errors import NoChampion
from domain.prediction import ModelReference


@pytest.fixture
def shelf(tmp_path):
    return MemoryPublisher(workspace=tmp_path / "shelf")


@pytest.fixture
def detect(shelf):
    return DetectDrift(
        dataset=SyntheticClaims(rows=50), publisher=shelf, loader=MemoryLoader(), meter=ScipyDriftMeter()
    )


async def test_without_a_champion_there_is_nothing_to_compare_with(detect):
    with pytest.raises(NoChampion, match="no champion to compare with"):
        await detect()


async def test_a_model_that_keeps_no_rows_shows_no_drift_and_is_named(detect, shelf, tmp_path):
    model = ModelReference(3, write_flat_model(tmp_path / "flat", usd=100))
    await shelf.publish(model, tmp_path / "flat")
    await shelf.point_to(model)
    found = await detect()
    assert (found.model, found.report.drifted) == (model, ())
