"""The conformal quantiles against `mapie`, which was written by others: the same residuals must give the same bounds.

They coincide for signed residuals and for residuals as shares of the point, after a split and after cross-validation.
Ours differ on purpose where costs end (nothing is below zero) and at the median (the plain one, not corrected).
"""

from dataclasses import replace

import numpy as np
import pytest
from mapie.conformity_scores import AbsoluteConformityScore, GammaConformityScore
from mapie.regression import CrossConformalRegressor, SplitConformalRegressor
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import PredefinedSplit

from adapters.sklearn.distribution import ResidualDistribution
from adapters.sklearn.families import estimator_of
from adapters.sklearn.fitting import fit_model
from adapters.sklearn.folds import folds
from adapters.sklearn.grouping import Grouping
from adapters.sklearn.table import Table
from domain.models.model import Recipe
from tests.support.default_schema import DEFAULT

CONFIDENCES = (0.5, 0.8, 0.9, 0.96, 0.98)
COLUMNS = [(round(50 * (1 - c)) - 1, round(50 * (1 + c)) - 1) for c in CONFIDENCES]
"""Where the bounds of each central interval stand among the 99 quantiles."""

# numbers of people for which no rank is a whole number: there the last float digit decides how mapie rounds
SIZES = (103, 157, 410)
NOISES = {
    "normal": lambda draw, n: draw.normal(0, 2_000, n),
    "skewed": lambda draw, n: draw.gamma(0.5, 4_000, n) - 500,
    "heavy": lambda draw, n: draw.standard_t(2, n) * 1_000,
    "atom": lambda draw, n: np.where(draw.random(n) < 0.9, 0.0, draw.gamma(2, 8_000, n)),
}
cases = [pytest.param(noise, n, id=f"{noise}-{n}") for noise in NOISES for n in SIZES]


@pytest.fixture
def invented(people):
    """Draw people, what they cost, and a fitted straight line that has seen none of them."""

    def draw(noise, count, seed=1):
        rows = people(2 * count, seed)
        left_over = NOISES[noise](np.random.default_rng(seed), 2 * count)
        charges = np.maximum(5_000 + 300 * rows[:, 0] + 9_000 * rows[:, 4] + left_over, 1.0)
        return rows[:count], charges[:count], LinearRegression().fit(rows[count:], charges[count:])

    return draw


def by_mapie(regressor, rows):
    """Give low and high bounds, n x confidences, nothing below zero."""
    _, intervals = regressor.predict_interval(rows)
    return np.maximum(intervals, 0).transpose(1, 0, 2)


def by_us(distribution, rows, points):
    table = distribution.table(rows, points)
    return np.array([table[:, [low for low, _ in COLUMNS]], table[:, [high for _, high in COLUMNS]]])


def split(line, score, rows, charges):
    return SplitConformalRegressor(line, CONFIDENCES, score, prefit=True).conformalize(rows, charges)


@pytest.mark.parametrize(("noise", "count"), cases)
def test_bounds_of_signed_residuals_are_those_of_mapie(invented, people, noise, count):
    rows, charges, line = invented(noise, count)
    sample = people(20, 7)
    ours = ResidualDistribution.of(rows, line.predict(rows), charges, Grouping(), repeats=1, floor=0)
    theirs = split(line, AbsoluteConformityScore(sym=False), rows, charges)
    assert by_us(ours, sample, line.predict(sample)) == pytest.approx(by_mapie(theirs, sample), abs=1e-6)


@pytest.mark.parametrize(("noise", "count"), cases)
def test_bounds_of_residuals_that_grow_with_the_cost_are_those_of_mapie(invented, people, noise, count):
    rows, charges, line = invented(noise, count)
    sample = people(20, 7)
    ours = ResidualDistribution.of(rows, line.predict(rows), charges, Grouping(), repeats=1, floor=1.0)
    theirs = split(line, GammaConformityScore(), rows, charges)
    assert by_us(ours, sample, line.predict(sample)) == pytest.approx(by_mapie(theirs, sample), abs=1e-6)


@pytest.mark.parametrize("noise", NOISES)
def test_bounds_of_a_group_are_those_of_mapie_told_of_that_group_alone(invented, people, noise):
    # mapie has no Mondrian groups of its own: one regressor a group is what they mean
    rows, charges, line = invented(noise, 410)
    sample = people(40, 7)
    ours = ResidualDistribution.of(
        rows, line.predict(rows), charges, Grouping.of(("smoker",), DEFAULT), repeats=1, floor=0
    )
    for smokes in (0, 1):
        smokers, some = rows[:, 4] == smokes, sample[sample[:, 4] == smokes]
        theirs = split(line, AbsoluteConformityScore(sym=False), rows[smokers], charges[smokers])
        assert by_us(ours, some, line.predict(some)) == pytest.approx(by_mapie(theirs, some), abs=1e-6)


def cross_validated(method, recipe, table):
    fold = np.empty(len(table))
    for number, (_, held) in enumerate(folds(table, n_splits=5, n_repeats=1, seed=0)):
        fold[held] = number
    regressor = CrossConformalRegressor(
        estimator_of(recipe, DEFAULT, seed=0),
        CONFIDENCES,
        AbsoluteConformityScore(sym=False),
        method,
        PredefinedSplit(fold),
    )
    return regressor.fit_conformalize(table.rows, table.charges)


@pytest.fixture(scope="module", params=["linear"])
def cross(request, people):
    rows = people(311, 3)
    noise = np.random.default_rng(3).normal(0, 1_000, 311)
    # without declared groups all residuals are one distribution, as mapie has it
    table = Table(replace(DEFAULT, groups=()), rows, 20_000 + 250 * rows[:, 0] + 8_000 * rows[:, 4] + noise)
    recipe = Recipe(family=request.param)
    model = fit_model(recipe, table, seed=0)
    assert (model.distribution.name, model.distribution.shape.floor) == ("pooled", 0)
    return recipe, table, model


def test_bounds_of_a_fitted_model_are_those_of_mapie_on_the_same_folds(cross, people):
    recipe, table, model = cross
    sample = people(20, 7)
    theirs = cross_validated("base", recipe, table)
    assert by_us(model.distribution, sample, model.points(sample)) == pytest.approx(by_mapie(theirs, sample), abs=1e-3)


def test_bounds_of_a_fitted_model_are_near_those_of_cv_plus(cross, people):
    # CV+ spreads residuals around the points of the fold's own fits, ours around the point of the fit on all rows
    recipe, table, model = cross
    sample = people(200, 7)
    ours = by_us(model.distribution, sample, model.points(sample))
    theirs = by_mapie(cross_validated("plus", recipe, table), sample)
    width = theirs[1] - theirs[0]
    assert (np.abs(ours - theirs).mean(axis=(0, 1)) < 0.04 * width.mean(axis=0)).all()
