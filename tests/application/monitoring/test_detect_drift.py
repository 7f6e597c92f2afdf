"""Drift against the model that is served."""

import pytest

from adapters.arrow.claims_file import ClaimsFile
from adapters.arrow.synthetic import SyntheticClaims
from adapters.memory.loader import MemoryLoader, write_flat_model
from adapters.memory.publisher import MemoryPublisher
from adapters.scipy.drift import ScipyDriftMeter
from application.monitoring.detect_drift import DetectDrift
from domain.costs.prediction import ModelReference
from domain.errors import NoChampion
from tests.support.default_schema import DEFAULT, READING


@pytest.fixture
def model_store(tmp_path):
    return MemoryPublisher(workspace=tmp_path / "shelf")


@pytest.fixture
def detect(model_store):
    return DetectDrift(
        dataset=SyntheticClaims(DEFAULT, rows=50),
        publisher=model_store,
        loader=MemoryLoader(DEFAULT),
        meter=ScipyDriftMeter(),
    )


async def test_without_a_champion_there_is_nothing_to_compare_with(detect):
    with pytest.raises(NoChampion, match="there is no champion yet"):
        await detect()


async def test_a_model_that_keeps_no_rows_shows_no_drift_and_is_named(detect, model_store, tmp_path):
    model = ModelReference(3, write_flat_model(tmp_path / "flat", usd=100))
    await model_store.publish(model, tmp_path / "flat")
    await model_store.point_to(model)
    drift = await detect()
    assert (drift.model, drift.report.drifted) == (model, ())


def test_drift_is_measured_of_present_columns_despite_bad_rows_and_missing_costs(tmp_path):
    rows = [f"{age},{'F' if age % 2 else 'm'},seven\n" for age in range(60, 100)]
    file = tmp_path / "new.csv"
    file.write_text("Age,Gender,BMI\n" + "".join(rows) + "7,x\n")
    dataset = ClaimsFile(file, READING)
    assert not dataset.report().is_kept
    report = ScipyDriftMeter().measure(SyntheticClaims(DEFAULT, rows=400).readable(), dataset.readable())
    assert {column.column for column in report.columns} == {"age", "sex"}
    assert report.drifted == ("age",)
