"""The shorter way to the same dollars."""

from copy import copy

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from adapters.sklearn.compiled import evaluation_of
from adapters.sklearn.families import FAMILIES
from adapters.sklearn.fitting import fit_estimator
from domain.models.model import Recipe

LEFT_TO_SCIKIT_LEARN = ("knn",)
"""Families that answer as fast as scikit-learn does: nobody has written a shorter way for them."""


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_answers_as_scikit_learn_does(table, family):
    estimator = fit_estimator(Recipe(family=family), table, seed=0)
    evaluate = evaluation_of(estimator, table.rows[:100])
    assert np.allclose(evaluate(table.rows), estimator.predict(table.rows), rtol=1e-9)
    is_shorter = getattr(evaluate, "__self__", None) is not estimator
    assert is_shorter == (family not in LEFT_TO_SCIKIT_LEARN), (
        "add the estimator to _PARTS of adapters/sklearn/compiled.py, or the family to LEFT_TO_SCIKIT_LEARN here"
    )


@pytest.mark.parametrize("family", [name for name in FAMILIES if name.startswith(("boosting", "forest"))])
@pytest.mark.parametrize("missing", [False, True])
def test_few_rows_and_many_go_down_the_same_trees(table, clinic, family, missing):
    rows_of = clinic if missing else table
    estimator = fit_estimator(Recipe(family=family), rows_of, seed=0)
    evaluate = evaluation_of(estimator, rows_of.rows[:50])
    alone = np.concatenate([evaluate(row[None]) for row in rows_of.rows[:50]])
    assert np.allclose(alone, estimator.predict(rows_of.rows[:50]), rtol=1e-12)


def test_a_logarithm_of_the_target_is_undone_on_the_shorter_way_too(table):
    estimator = fit_estimator(Recipe(family="interaction_ols", transform="log"), table, seed=0)
    evaluate = evaluation_of(estimator, table.rows[:100])
    assert np.allclose(evaluate(table.rows), estimator.predict(table.rows), rtol=1e-9)
    assert getattr(evaluate, "__self__", None) is not estimator


@pytest.mark.parametrize("transform", ["power", "quantile"])
def test_a_transform_that_is_not_known_here_is_left_to_scikit_learn(table, transform):
    estimator = fit_estimator(Recipe(family="linear", transform=transform), table, seed=0)
    assert getattr(evaluation_of(estimator, table.rows[:100]), "__self__", None) is estimator


def test_a_shorter_way_that_gives_other_dollars_is_not_taken(table, people):
    honest = LinearRegression().fit(table.rows, table.charges)
    spoilt = copy(honest)
    # it answers otherwise than its fitted arrays say
    vars(spoilt)["predict"] = lambda rows: 2 * honest.predict(rows)
    evaluate = evaluation_of(spoilt, people(10, 0))
    assert np.allclose(evaluate(table.rows), 2 * honest.predict(table.rows))
