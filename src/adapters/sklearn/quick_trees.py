"""Trees of forests without the checks that scikit-learn repeats for each of them.

To set a tree up takes scikit-learn longer than to grow it on a thousand rows: it clones an estimator, looks up the
parameters of its constructor five times, checks the weights that the forest made itself, and seeds two generators of
random numbers alike. Trees that are grown here are the same, number for number.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.ensemble import RandomForestRegressor, _forest
from sklearn.tree import DecisionTreeRegressor
from sklearn.tree._criterion import MSE
from sklearn.tree._splitter import BestSplitter
from sklearn.tree._tree import DepthFirstTreeBuilder, Tree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_MOST: Final = int(np.iinfo(np.int32).max)


def grown(
    facts: NDArray[np.float32],
    targets: Floats,
    times: Floats,
    *,
    random: np.random.RandomState,
    leaf: int,
    max_features: int,
    least: int = 2,
    depth: int = _MOST,
) -> Any:
    """Grow the `tree_` of a `DecisionTreeRegressor` with squared errors.

    Args:
        facts: n x width, C-contiguous, none missing.
        targets: n x k, C-contiguous.
        times: how often each row was drawn.
        random: draws the facts that a split may look at.
        leaf: the fewest rows of a leaf.
        max_features: the facts that a split may look at.
        least: the fewest rows of a node that is split.
        depth: the most steps from the root to a leaf.
    """
    (count, width), (_, outputs) = facts.shape, targets.shape
    splitter = BestSplitter(MSE(outputs, count), max_features, leaf, 0.0, random, None)
    tree = Tree(width, np.ones(outputs, dtype=np.intp), outputs)
    DepthFirstTreeBuilder(splitter, max(least, 2 * leaf), leaf, 0.0, depth, 0.0).build(
        tree, facts, targets, times, None
    )
    return tree


@cache
def use_quick_trees() -> None:
    """Have this process grow the trees of random forests by `grown`, where it can; others are grown as before."""
    _forest._parallel_build_trees = _built  # noqa: SLF001  # the only place where a forest's trees are grown
    RandomForestRegressor._make_estimator = _made  # type: ignore[method-assign]  # noqa: SLF001  # as above


_build_as_before: Final = _forest._parallel_build_trees  # noqa: SLF001  # as above
_make_as_before: Final = RandomForestRegressor._make_estimator  # noqa: SLF001  # as above


def _made(self: RandomForestRegressor, append: bool = True, random_state: Any = None) -> Any:  # noqa: FBT001, FBT002  # as there
    if append or random_state is None or type(self.estimator_) is not DecisionTreeRegressor:
        return _make_as_before(self, append=append, random_state=random_state)
    tree = DecisionTreeRegressor(**{name: getattr(self, name) for name in self.estimator_params})
    tree.random_state = random_state.randint(_MOST)
    return tree


def _built(tree: Any, bootstrap: Any, facts: Any, targets: Any, weights: Any, *numbers: Any, **others: Any) -> Any:
    is_usual = bootstrap and others["missing_values_in_feature_mask"] is None and others["class_weight"] is None
    if not is_usual or not _is_usual(tree) or not isinstance(facts, np.ndarray):
        return _build_as_before(tree, bootstrap, facts, targets, weights, *numbers, **others)
    (count, width), draws = facts.shape, others["n_samples_bootstrap"]
    random = np.random.RandomState(tree.random_state)
    if weights is None:
        drawn = random.randint(0, count, draws)
    else:
        drawn = random.choice(count, draws, replace=True, p=weights / np.sum(weights))
    times = np.bincount(drawn, minlength=count).astype(np.float64)
    random.seed(tree.random_state)  # drawing begins anew for the facts that a split may look at
    tree.n_features_in_, tree.n_outputs_ = width, targets.shape[1]
    tree.max_features_ = max(1, int(tree.max_features * width))
    tree.tree_ = grown(
        facts,
        targets,
        times,
        random=random,
        leaf=tree.min_samples_leaf,
        max_features=tree.max_features_,
        least=tree.min_samples_split,
        depth=_MOST if tree.max_depth is None else tree.max_depth,
    )
    return tree


def _is_usual(tree: Any) -> bool:
    """Return whether a tree's settings are among those that `grown` knows."""
    return (
        type(tree) is DecisionTreeRegressor
        and isinstance(tree.random_state, int)
        and isinstance(tree.min_samples_leaf, int)
        and isinstance(tree.min_samples_split, int)
        and isinstance(tree.max_features, float)
        and (tree.criterion, tree.splitter, tree.max_leaf_nodes, tree.monotonic_cst)
        == ("squared_error", "best", None, None)
        and (tree.min_weight_fraction_leaf, tree.min_impurity_decrease, tree.ccp_alpha) == (0.0, 0.0, 0.0)
    )
