"""Trees grown by XGBoost, answered for by scikit-learn."""

import subprocess
import sys

import numpy as np
import pytest
import xgboost

from adapters.sklearn.boosted import Xgboost, as_sklearn
from tests.support.default_schema import DEFAULT

SETTINGS = {"n_estimators": 60, "learning_rate": 0.1, "max_depth": 6, "min_child_weight": 1.0, "reg_lambda": 1.0}


@pytest.fixture(scope="module")
def booster(table):
    parameters = {"objective": "reg:squarederror", "max_depth": 6, "nthread": 1}
    return xgboost.train(parameters, xgboost.QuantileDMatrix(table.rows, table.charges), 60)


def test_what_is_kept_answers_as_the_booster_does(booster, people):
    rows = people(2_000, 7)
    assert as_sklearn(booster, DEFAULT).predict(rows) == pytest.approx(
        booster.predict(xgboost.DMatrix(rows)), rel=1e-5, abs=0.05
    )


def test_a_fact_on_either_side_of_a_split_or_on_it_goes_the_booster_s_way(booster, table):
    splits = booster.trees_to_dataframe().query("Feature == 'f2'")["Split"].to_numpy(dtype=np.float32)
    around = [np.nextafter(splits, np.float32(-np.inf)), splits, np.nextafter(splits, np.float32(np.inf))]
    rows = np.repeat(table.rows[:1], 3 * len(splits), axis=0)
    rows[:, 2] = np.concatenate(around)
    assert as_sklearn(booster, DEFAULT).predict(rows) == pytest.approx(
        booster.predict(xgboost.DMatrix(rows)), rel=1e-5, abs=0.05
    )


def test_the_same_rows_grow_the_same_trees(table):
    first, other = (Xgboost(SETTINGS, 0, DEFAULT).fit(table.rows, table.charges) for _ in range(2))
    assert np.array_equal(first.predict(table.rows), other.predict(table.rows))


def test_a_model_is_served_where_there_is_no_xgboost(cook, claims):
    made = cook(claims, "boosting_xgboost")
    code = """
import sys
from pathlib import Path
sys.modules["xgboost"] = None
from adapters.sklearn.storage import read
model, _ = read(Path(sys.argv[1]), sys.argv[2])
assert model.expected(model.background).min() > 0
"""
    assert subprocess.run([sys.executable, "-c", code, str(made.folder), made.digest], check=False).returncode == 0
