"""Rows that trees cannot tell apart are evaluated once, and answered as they would be each by itself."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from adapters.sklearn.alike import Likeness
from adapters.sklearn.cells import MANY, Cells, Remembered
from adapters.sklearn.compiled import evaluation_of
from adapters.sklearn.distribution import ResidualDistribution
from adapters.sklearn.features import Design, Features
from adapters.sklearn.fitting import fit_estimator
from adapters.sklearn.grouping import Grouping
from adapters.sklearn.means import CostMean
from adapters.sklearn.predictive import PredictiveDistribution
from adapters.sklearn.ranks import RankDistribution
from adapters.sklearn.scoring import PUBLISHED_LEVELS
from adapters.sklearn.step_answers import StepAnswers
from domain.models.model import Recipe
from tests.support.default_schema import DEFAULT

AGE, SMOKER = 0, 4
CELLS = Cells((np.array([2.0, 5.0]), np.array([]), np.array([0.5])))


class Steps:
    """A function that is constant in each of `CELLS`, and counts the rows that it was asked for."""

    def __init__(self):
        self.rows = 0

    def __call__(self, rows):
        self.rows += len(rows)
        return np.column_stack([np.searchsorted([2.0, 5.0], rows[:, 0]), rows[:, 2] > 0.5]).astype(float)


def uniform(count, seed=0):
    return np.random.default_rng(seed).uniform(0, 7, (count, 3)) * [1, 1, 1 / 7]


def test_cells_are_numbered_by_the_thresholds_between_which_rows_lie():
    rows = np.array([[2.0, 9.0, 0.5], [2.1, -9.0, 0.5], [5.1, 0.0, 0.6]])
    assert CELLS.numbers(rows).tolist() == [0, 2, 5]
    assert CELLS.count == 6


def test_each_cell_is_evaluated_once():
    steps = Steps()
    remembered = Remembered(CELLS, steps)
    for seed in range(3):
        rows = uniform(2 * MANY, seed)
        assert np.array_equal(remembered(rows), Steps()(rows))
    assert steps.rows == CELLS.count


def test_cells_beyond_the_most_that_are_remembered_are_evaluated_each_time():
    steps = Steps()
    remembered = Remembered(CELLS, steps, most=4)
    for seed in range(3):
        rows = uniform(2 * MANY, seed)
        assert np.array_equal(remembered(rows), Steps()(rows))
    assert steps.rows > 4 + MANY


def test_few_rows_and_missing_values_are_evaluated_at_once():
    steps = Steps()
    remembered = Remembered(CELLS, steps)
    few, missing = uniform(10), uniform(MANY)
    missing[3, 1] = np.nan
    remembered(few)
    remembered(missing)
    assert steps.rows == 10 + MANY


def test_threads_that_ask_at_once_get_the_same():
    remembered = Remembered(CELLS, Steps())
    samples = [uniform(MANY, seed) for seed in range(16)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(remembered, samples))
    assert all(np.array_equal(answer, Steps()(rows)) for answer, rows in zip(answers, samples, strict=True))


@pytest.mark.parametrize("family", ["boosting", "boosting_gamma", "forest"])
def test_many_people_are_answered_as_by_scikit_learn(table, people, family):
    estimator = fit_estimator(Recipe(family=family), table, seed=0)
    evaluate = evaluation_of(estimator, table.rows[:50])
    rows = people(2 * MANY, 3)
    for _ in range(2):
        assert np.allclose(evaluate(rows), estimator.predict(rows), rtol=1e-12)


@pytest.fixture(scope="module")
def of_ranks(people):
    """A shock whose chance depends on smoking and age: no spread tells it, ranks do."""
    count = 900
    rows, weights = people(count, 1), np.ones(count)
    random = np.random.default_rng(1_001)
    chance = 1 / (1 + np.exp(3 - 2.5 * rows[:, SMOKER] - 0.06 * (rows[:, AGE] - 40)))
    charges = 3_000 * random.lognormal(0, 0.2, count) + (random.random(count) < chance) * 12_000
    points = 3_000 + 12_000 * chance
    design = Design.of(rows, points, weights, DEFAULT, floor=100.0)
    persons = np.arange(count, dtype=np.uint64)
    shape = RankDistribution.of(Features(design, rows, points), charges, weights, persons, floor=100.0, trees=8, seed=0)
    return PredictiveDistribution(shape, design=design, share=0.0)


@pytest.mark.parametrize("lowest", [200.0, 0.001], ids=["free of the least cost", "held at the least cost"])
def test_a_forest_of_ranks_is_read_once_for_each_cell(of_ranks, people, lowest):
    cells = StepAnswers.of(of_ranks, PUBLISHED_LEVELS)
    assert cells
    rows, points = people(2 * MANY, 7), np.geomspace(lowest, 6_000.0, 2 * MANY)
    for _ in range(2):
        answers = cells.answers(rows, points)
        for answer, expected in zip(answers, of_ranks.answers(rows, points, PUBLISHED_LEVELS), strict=True):
            assert answer == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("floor", [0.0, 500.0])
def test_residuals_of_groups_are_read_once_for_each_group(of_ranks, people, floor):
    rows, points = people(2 * MANY, 8), np.geomspace(50.0, 6_000.0, 2 * MANY)
    charges = points * np.random.default_rng(2).lognormal(0, 0.4, 2 * MANY)
    shape = ResidualDistribution.of(rows, points, charges, Grouping(), repeats=1, floor=floor)
    grouped = replace(of_ranks, shape=shape, mean_of=CostMean(edges=np.array([1_000.0]), factors=np.array([1.0, 1.1])))
    answers = StepAnswers.of(grouped, PUBLISHED_LEVELS)
    assert answers
    expected = grouped.answers(rows, points, PUBLISHED_LEVELS)
    for answer, other in zip(answers.answers(rows, points), expected, strict=True):
        assert answer == pytest.approx(other, rel=1e-9)


def test_a_distribution_without_such_cells_has_none(of_ranks):
    assert StepAnswers.of(replace(of_ranks, share=0.2), PUBLISHED_LEVELS) is None
    assert StepAnswers.of(replace(of_ranks, shape=replace(of_ranks.shape, forest=None)), PUBLISHED_LEVELS) is None


def test_an_order_by_likeness_holds_each_row_once_and_puts_like_rows_together(people):
    rows = people(5_000, 5)
    order = Likeness.of(rows, 1_000 + 20_000 * rows[:, SMOKER] + 10 * rows[:, AGE]).order(rows)
    assert sorted(order.tolist()) == list(range(5_000))
    assert np.count_nonzero(np.diff(rows[order, SMOKER])) == 1
    assert np.abs(np.diff(rows[order, AGE])).mean() < np.abs(np.diff(rows[:, AGE])).mean() / 10
