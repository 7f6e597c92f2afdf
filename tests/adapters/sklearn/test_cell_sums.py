"""The sums of an ensemble in all cells at once are those of its leaves, row by row."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingRegressor, RandomForestRegressor

from adapters.sklearn import cell_sums
from adapters.sklearn.cell_sums import CellSums
from adapters.sklearn.cells import MANY
from adapters.sklearn.trees import FlatTrees

COUNT = 3 * MANY


def rows_of(count, seed):
    """Return rows with a whole number, a number and a flag."""
    random = np.random.default_rng(seed)
    columns = random.integers(18, 65, count), random.uniform(16, 50, count), random.integers(0, 2, count)
    return np.column_stack(columns).astype(np.float64)


def fitted(kind):
    rows = rows_of(400, 0)
    costs = 200 * rows[:, 0] + np.where(rows[:, 2] > 0, 900 * rows[:, 1], 0) + 50 * rows[:, 1]
    if kind == "forest":
        made = RandomForestRegressor(n_estimators=12, min_samples_leaf=3, random_state=0).fit(rows, costs)
        return made, FlatTrees.of_trees([tree.tree_ for tree in made.estimators_]), 12
    if kind == "boosting":
        made = HistGradientBoostingRegressor(max_iter=30).fit(rows, costs)
        flat = FlatTrees.of_boosting(made)
        assert flat
        return made, flat, 1
    made = GradientBoostingRegressor(n_estimators=20, init="zero", learning_rate=1.0, random_state=0).fit(rows, costs)
    return made, FlatTrees.of_trees([tree.tree_ for tree in made.estimators_[:, 0]]), 1


class Evaluated:
    """The sums of leaves, row by row, and how many rows were asked for."""

    def __init__(self, trees):
        self.trees, self.rows = trees, 0

    def __call__(self, rows):
        self.rows += len(rows)
        return self.trees.sums(rows)


@pytest.fixture(params=["forest", "boosting", "stages"])
def ensemble(request):
    return fitted(request.param)


def test_answers_are_those_of_scikit_learn(ensemble):
    estimator, trees, count = ensemble
    one_by_one = Evaluated(trees)
    sums = CellSums(trees, one_by_one, lambda numbers: numbers / count)
    for seed in range(1, 9):
        rows = rows_of(COUNT, seed).astype(np.float32)
        evaluated = one_by_one.rows
        answers = sums(rows)
        if one_by_one.rows == evaluated:
            assert np.allclose(answers, estimator.predict(rows), rtol=1e-12)
    assert one_by_one.rows < 8 * COUNT  # before the sums of all cells were there


def test_thresholds_are_on_the_side_on_which_trees_have_them(ensemble):
    _, trees, _ = ensemble
    rows = np.repeat(rows_of(1, 1), COUNT, axis=0).astype(np.float32)
    at = np.flatnonzero((trees.features == 1) & np.isfinite(trees.thresholds))
    around = trees.thresholds[at].astype(np.float32)
    near = np.concatenate([around, np.nextafter(around, np.float32(0)), np.nextafter(around, np.float32(99))])
    rows[: len(near), 1] = near[:COUNT]
    sums = CellSums(trees, trees.sums, lambda numbers: numbers)
    for _ in range(4):
        assert np.allclose(sums(rows), trees.sums(rows), rtol=1e-12)


def test_rows_that_are_few_incomplete_or_of_other_numbers_are_evaluated_one_by_one(ensemble):
    _, trees, _ = ensemble
    one_by_one = Evaluated(trees)
    sums = CellSums(trees, one_by_one, lambda numbers: numbers)
    for seed in range(8):
        sums(rows_of(COUNT, seed))
    begun = one_by_one.rows
    few, missing, other = rows_of(10, 20), rows_of(COUNT, 21), rows_of(COUNT, 22)
    missing[3, 1], other[3, 0] = np.nan, 40.5
    for rows in (few, missing, other):
        assert np.array_equal(sums(rows), trees.sums(rows))
    assert one_by_one.rows == begun + 10 + 2 * COUNT


def test_trees_with_too_many_cells_are_evaluated_one_by_one(ensemble, monkeypatch):
    _, trees, _ = ensemble
    monkeypatch.setattr(cell_sums, "MOST_CELLS", 5)
    one_by_one = Evaluated(trees)
    sums = CellSums(trees, one_by_one, lambda numbers: numbers)
    for seed in range(4):
        sums(rows_of(COUNT, seed))
    assert one_by_one.rows == 4 * COUNT


def test_threads_that_ask_at_once_get_the_same(ensemble):
    _, trees, _ = ensemble
    sums = CellSums(trees, trees.sums, lambda numbers: numbers)
    samples = [rows_of(COUNT, seed) for seed in range(16)]
    with ThreadPoolExecutor(4) as pool:
        for answers, rows in zip(pool.map(sums, samples), samples, strict=True):
            assert np.allclose(answers, trees.sums(rows), rtol=1e-12)


def test_a_tree_without_branches_is_its_only_leaf():
    rows = np.zeros((20, 2))
    made = RandomForestRegressor(n_estimators=3, random_state=0).fit(rows, np.full(20, 7.25))
    trees = FlatTrees.of_trees([tree.tree_ for tree in made.estimators_])
    sums = CellSums(trees, trees.sums, lambda numbers: numbers / 3)
    assert sums(np.zeros((MANY, 2))).tolist() == [7.25] * MANY
