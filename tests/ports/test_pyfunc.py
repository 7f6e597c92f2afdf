"""A version in MLflow's registry answers a notebook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from adapters.sklearn.loader import SklearnLoader
from domain.costs.prediction import ModelReference
from domain.errors import InvalidBeneficiary, ModelRefused
from domain.models.model import TrainedModel
from tests.support.people import ANN, ANN_FACTS

pytestmark = pytest.mark.training


@pytest.fixture
async def load(fitted: TrainedModel, mlflow_store) -> Callable[[], object]:
    """Register a model, and return what loads the champion as a notebook does."""
    import mlflow

    from adapters.mlflow.registry import MlflowRegistry

    registry = MlflowRegistry(mlflow_store)
    await registry.set_alias("champion", (await registry.register(fitted)).number)
    return lambda: mlflow.pyfunc.load_model("models:/medcost@champion")


async def test_it_answers_what_the_model_answers(load, fitted: TrainedModel):
    people = pd.DataFrame([ANN_FACTS, {**ANN_FACTS, "smoker": "yes"}], index=["ann", "smoker"])
    costs = load().predict(people)
    assert [*costs.index] == ["ann", "smoker"]
    model = SklearnLoader().load(ModelReference(1, fitted.digest), fitted.folder)
    (answer,) = await model.publish([ANN])
    assert costs.loc["ann", "expected"] == pytest.approx(answer.expected, abs=0.01)
    assert costs.loc["ann", "low"] <= costs.loc["ann", "typical"] <= costs.loc["ann", "high"]
    assert costs.loc["smoker", "expected"] != costs.loc["ann", "expected"]


def test_every_broken_rule_is_named_with_its_row(load):
    people = pd.DataFrame([ANN_FACTS, {**ANN_FACTS, "age": 7.0, "region": "moon"}, {**ANN_FACTS, "sex": None}])
    with pytest.raises(InvalidBeneficiary, match="row 1: age") as broken:
        load().predict(people)
    assert [error.field for error in broken.value.errors] == ["row 1: age", "row 1: region", "row 2: sex"]


def test_a_file_that_was_changed_is_refused(load, mlflow_store):
    version = mlflow_store.client.get_model_version_by_alias("medcost", "champion")
    logged = mlflow_store.client.get_logged_model(str(version.source).removeprefix("models:/"))
    (estimator,) = Path(logged.artifact_location.removeprefix("file://")).rglob("estimator.skops")
    estimator.write_bytes(estimator.read_bytes() + b"x")
    with pytest.raises(ModelRefused, match="estimator"):
        load()


def test_the_parts_of_an_explanation_add_up_to_the_expected_cost(load):
    model, people = load(), pd.DataFrame([ANN_FACTS])
    parts = model.get_raw_model().explain(people)
    assert [*parts.columns] == ["baseline", *ANN_FACTS]
    assert parts.loc[0].sum() == pytest.approx(model.predict(people).loc[0, "expected"], abs=0.01)
