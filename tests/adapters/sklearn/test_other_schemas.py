"""Families on a schema with facts of each kind, values that are missing, and a term of each shape."""

from dataclasses import replace

import numpy as np
import pytest
import skops.io
import xgboost

from adapters.sklearn.boosted import as_sklearn
from adapters.sklearn.compiled import evaluation_of
from adapters.sklearn.families import FAMILIES, family_of
from adapters.sklearn.fitting import fit_estimator
from adapters.sklearn.hurdle import to_public_parts
from adapters.sklearn.parts import interactions
from adapters.sklearn.storage import TRUSTED
from adapters.sklearn.thresholds import with_thresholds
from domain.errors import ConfigurationError
from domain.models.model import Recipe
from domain.models.term_settings import TermSettings
from domain.people.fact import Fact, Kind
from domain.people.schema import CostColumn, Schema
from tests.support.schemas import CLINIC

LEARNED = "glucose_above_learned_threshold"


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_learns_from_missing_values_and_keeps_public_parts_only(family, clinic):
    training, held = clinic[np.arange(300)], clinic[np.arange(300, 400)]
    assert np.isnan(training.rows).any()
    assert np.isnan(held.rows).any()
    estimator = fit_estimator(Recipe(family=family), training, seed=0)
    answers = estimator.predict(held.rows)
    blind = np.abs(held.charges - np.median(training.charges)).mean()
    assert np.abs(held.charges - answers).mean() < 0.75 * blind
    assert np.allclose(evaluation_of(estimator, training.rows)(held.rows), answers)
    assert set(skops.io.get_untrusted_types(data=skops.io.dumps(to_public_parts(estimator)))) <= set(TRUSTED)


def test_trees_of_a_booster_go_its_way_where_a_value_is_missing(clinic):
    booster = xgboost.train({"max_depth": 5, "nthread": 1}, xgboost.QuantileDMatrix(clinic.rows, clinic.charges), 40)
    predicted = booster.predict(xgboost.DMatrix(clinic.rows))
    assert as_sklearn(booster, CLINIC).predict(clinic.rows) == pytest.approx(predicted, rel=1e-5, abs=0.05)


def test_a_threshold_is_learned_between_values_that_occur(clinic):
    glucose, diabetic = (clinic.rows[:, CLINIC.place(name)] for name in ("glucose", "diabetic"))
    jump = 20_000.0 * (np.nan_to_num(glucose) > 231) * np.nan_to_num(diabetic)
    recipe = with_thresholds(Recipe(family="interaction_ols"), replace(clinic, charges=1_000 + jump))
    below, above = glucose[(diabetic == 1) & (glucose <= 231)], glucose[(diabetic == 1) & (glucose > 231)]
    assert below.max() <= recipe.hyperparameters[LEARNED] <= above.min()


def test_a_threshold_that_is_given_is_not_learned(clinic):
    recipe = Recipe(family="interaction_ols", hyperparameters={LEARNED: 180})
    assert with_thresholds(recipe, clinic) == recipe
    with pytest.raises(ConfigurationError, match="must be like None"):
        family_of(Recipe(family="interaction_ols", hyperparameters={LEARNED: "high"}), CLINIC)


def columns(terms, rows):
    """The design of terms over three facts without interactions of any other kind, as the last columns of it."""
    schema = Schema(
        name="small",
        cost=CostColumn("cost"),
        facts=(
            Fact(name="a", kind=Kind.NUMBER, low=0, high=8),
            Fact(name="b", kind=Kind.CHOICE, choices=("x", "y", "z")),
            Fact(name="c", kind=Kind.WHOLE, low=0, high=9),
        ),
        terms=terms,
    )
    values = np.array(rows, dtype=float)
    for part in interactions(schema, TermSettings.of(schema).defaults):
        values = part.fit_transform(values)
    return values


def test_terms_are_products_of_their_factors():
    rows = [(0, 0, 0), (4, 1, 3), (8, 2, 9), (2, 1, 1)]
    assert columns(("a*[b=y]",), rows)[:, -1].tolist() == [0, 0.5, 0, 0.25]
    assert columns(("a*[c>3]",), rows)[:, -1].tolist() == [0, 0, 1, 0]
    assert columns(("a*[c>=3]",), rows)[:, -1].tolist() == [0, 0.5, 1, 0]
    assert columns(("a^2*c",), rows)[:, -1] == pytest.approx([0, 0.25 / 3, 1, 1 / 16 / 9])
    assert columns(("a*b",), rows)[:, -2:].tolist() == [[0, 0], [0.5, 0], [1, 1], [0.25, 0]]
    assert columns(("log(c)",), rows)[:, -1] == pytest.approx(np.log1p([0, 3, 9, 1]) / np.log(10))


def test_categories_of_a_number_are_its_lowest_six_values():
    steps = columns(("categories(c)",), [(0, 0, value) for value in range(10)])
    assert np.unique(steps, axis=0).shape[0] == 6
