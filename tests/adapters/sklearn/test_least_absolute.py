"""Median regression by reweighted least squares, against scikit-learn's linear program."""

import numpy as np
import pytest
from sklearn.linear_model import QuantileRegressor

from adapters.sklearn.families import estimator_of
from adapters.sklearn.least_absolute import median_regression
from domain.models.model import Recipe
from tests.support.default_schema import DEFAULT


@pytest.fixture(scope="module")
def design(table):
    """The numbers that the family's regression is given."""
    fitted = estimator_of(
        Recipe(family="interaction_lad", hyperparameters={"obese_threshold": 30.0}), DEFAULT, seed=0
    ).fit(table.rows, table.charges)
    return fitted[:-1].transform(table.rows)


@pytest.mark.parametrize("alpha", [0.0, 0.001])
@pytest.mark.parametrize("share_of_zeros", [0.0, 0.35, 0.8])
@pytest.mark.parametrize("rows", [60, 600])
def test_the_loss_is_that_of_the_linear_program(design, table, alpha, share_of_zeros, rows):
    random = np.random.default_rng(0)
    numbers, weights = design[:rows], random.integers(1, 4, rows).astype(float)
    charges = np.where(random.random(rows) < share_of_zeros, 0.0, table.charges[:rows])

    def loss(regressor):
        residuals = np.abs(charges - regressor.predict(numbers))
        return np.average(residuals, weights=weights) / 2 + alpha * np.abs(regressor.coef_).sum()

    exact = QuantileRegressor(quantile=0.5, alpha=alpha, solver="highs").fit(numbers, charges, weights)
    assert loss(median_regression(numbers, charges, alpha, weights)) == pytest.approx(loss(exact), rel=1e-4)


def test_a_weight_of_two_is_the_row_twice(design, table):
    weights = np.where(np.arange(len(table)) % 3, 1.0, 2.0)
    twice = np.repeat(np.arange(len(table)), weights.astype(int))
    weighted = median_regression(design, table.charges, 0.0, weights).predict(design)
    assert np.allclose(weighted, median_regression(design[twice], table.charges[twice]).predict(design), rtol=1e-9)


@pytest.mark.parametrize("charges", [np.zeros(40), np.full(40, 700.0)])
def test_costs_that_are_all_alike_are_met_exactly(charges):
    numbers = np.random.default_rng(0).random((40, 3))
    assert np.allclose(median_regression(numbers, charges).predict(numbers), charges, atol=1e-6)


def test_columns_that_say_the_same_do_no_harm(table):
    numbers = np.column_stack([table.rows[:, 0], table.rows[:, 0], np.zeros(len(table))])
    exact = median_regression(table.rows[:, :1], table.charges)
    same = median_regression(numbers, table.charges)
    assert np.abs(same.predict(numbers) - table.charges).mean() == pytest.approx(
        np.abs(exact.predict(table.rows[:, :1]) - table.charges).mean(), rel=1e-4
    )
