"""Forests whose trees are grown without repeated checks are scikit-learn's own, number for number."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor, _forest
from sklearn.tree import DecisionTreeRegressor

from adapters.sklearn import quick_trees
from adapters.sklearn.quick_trees import grown, use_quick_trees

COUNT = 300


def rows_and_costs():
    random = np.random.default_rng(0)
    rows = np.column_stack(
        [random.integers(18, 65, COUNT), random.uniform(16, 50, COUNT), random.integers(0, 2, COUNT)]
    )
    return rows.astype(np.float64), random.gamma(2, 1_000, COUNT) + 100 * rows[:, 0]


@pytest.fixture
def both(monkeypatch):
    """Fit an estimator by scikit-learn alone, and with quick trees."""

    def fitted(estimator, rows, costs, weights=None):
        made = []
        for build, make in (
            (quick_trees._build_as_before, quick_trees._make_as_before),
            (quick_trees._built, quick_trees._made),
        ):
            monkeypatch.setattr(_forest, "_parallel_build_trees", build)
            monkeypatch.setattr(RandomForestRegressor, "_make_estimator", make)
            made.append(clone(estimator).fit(rows, costs, sample_weight=weights))
        return made

    return fitted


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "settings",
    [
        {"min_samples_leaf": 5, "max_features": 1.0},
        {"min_samples_leaf": 1, "max_features": 0.4, "max_depth": 4, "min_samples_split": 7},
        {"max_samples": 0.5},
        # settings that quick trees leave to scikit-learn
        {"max_features": "sqrt"},
        {"criterion": "absolute_error", "max_depth": 2},
        {"max_leaf_nodes": 9},
        {"bootstrap": False, "max_features": 0.5},
        {"ccp_alpha": 100.0},
        {"min_samples_leaf": 0.05},
    ],
    ids=str,
)
def test_a_fitted_forest_is_the_same_in_every_byte(both, settings, weighted):
    rows, costs = rows_and_costs()
    weights = np.random.default_rng(1).uniform(0.5, 2, COUNT) if weighted else None
    alone, quick = both(RandomForestRegressor(n_estimators=5, random_state=3, **settings), rows, costs, weights)
    assert pickle.dumps(quick) == pickle.dumps(alone)


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("kind", [ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor])
def test_other_ensembles_and_missing_values_are_left_as_they_are(both, kind, missing):
    rows, costs = rows_and_costs()
    if missing:
        rows[::7, 1] = np.nan
    targets = costs > np.median(costs) if kind is RandomForestClassifier else costs
    alone, quick = both(kind(n_estimators=5, random_state=3), rows, targets)
    assert pickle.dumps(quick) == pickle.dumps(alone)


@pytest.mark.parametrize("outputs", [1, 3])
def test_a_tree_is_that_of_scikit_learn(outputs):
    rows, costs = rows_and_costs()
    facts, targets = rows.astype(np.float32), np.column_stack([costs * k for k in range(1, outputs + 1)])
    times = np.random.default_rng(2).integers(0, 3, COUNT).astype(np.float64)
    tree = DecisionTreeRegressor(min_samples_leaf=4, max_features=0.7, random_state=5).fit(facts, targets, times)
    random = np.random.RandomState(5)
    mine = grown(facts, np.ascontiguousarray(targets), times, random=random, leaf=4, max_features=2)
    assert pickle.dumps(mine) == pickle.dumps(tree.tree_)


def test_this_process_uses_them_once_it_was_told_to(monkeypatch):
    monkeypatch.setattr(_forest, "_parallel_build_trees", quick_trees._build_as_before)
    monkeypatch.setattr(RandomForestRegressor, "_make_estimator", quick_trees._make_as_before)
    use_quick_trees.cache_clear()
    use_quick_trees()
    assert _forest._parallel_build_trees is quick_trees._built
