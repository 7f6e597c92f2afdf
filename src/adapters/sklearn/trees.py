"""Ensembles of trees as flat arrays, which evaluate a few rows on all trees at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

FEW: Final = 10_000
"""The product of rows and trees up to which flat arrays are faster than one call for each tree."""

_LEAF: Final = -1


@dataclass(frozen=True, slots=True)
class FlatTrees:
    """The nodes of all trees in sequence. A leaf is its own child.

    Args:
        roots: the position of each tree's root.
        depth: steps from a root to the deepest leaf.
        features: the column that a node tests.
        thresholds: values up to the threshold go left.
        missing_left: whether missing values go left.
        branches: left and right child of each node, twice as many as there are nodes.
        values: the value of each leaf.
        start: the number that is added to the sum of the leaves.
    """

    roots: Positions
    depth: int
    features: Positions
    thresholds: Floats
    missing_left: NDArray[np.bool_]
    branches: Positions
    values: Floats
    start: float = 0.0
    _lists: tuple[Any, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        arrays = (self.roots, self.features, self.thresholds, self.missing_left, self.branches)
        object.__setattr__(self, "_lists", tuple(array.tolist() for array in arrays))

    @classmethod
    def of_boosting(cls, estimator: Any) -> Self | None:
        """Lay out histogram gradient boosting; None if it has categorical splits, or several trees a round."""
        nodes = [predictor.nodes for (predictor, *_) in estimator._predictors]  # noqa: SLF001  # there is no other way
        if estimator.n_trees_per_iteration_ > 1 or any(node_array["is_categorical"].any() for node_array in nodes):
            return None
        return cls._of(
            [len(tree) for tree in nodes],
            leaf=np.concatenate([tree["is_leaf"] for tree in nodes]).astype(bool),
            features=np.concatenate([tree["feature_idx"] for tree in nodes]),
            thresholds=np.concatenate([tree["num_threshold"] for tree in nodes]),
            missing_left=np.concatenate([tree["missing_go_to_left"] for tree in nodes]),
            left=np.concatenate([tree["left"] for tree in nodes]),
            right=np.concatenate([tree["right"] for tree in nodes]),
            values=np.concatenate([tree["value"] for tree in nodes]),
            start=float(estimator._baseline_prediction[0, 0]),  # noqa: SLF001  # as above
        )

    @classmethod
    def of_trees(cls, trees: list[Any]) -> Self:
        """Lay out trees of a forest or of gradient boosting, each the `tree_` of an estimator with one output."""
        left = np.concatenate([tree.children_left for tree in trees])
        return cls._of(
            [tree.node_count for tree in trees],
            leaf=left == _LEAF,
            features=np.concatenate([tree.feature for tree in trees]),
            thresholds=np.concatenate([tree.threshold for tree in trees]),
            missing_left=np.concatenate([tree.missing_go_to_left for tree in trees]),
            left=left,
            right=np.concatenate([tree.children_right for tree in trees]),
            values=np.concatenate([tree.value[:, 0, 0] for tree in trees]),
        )

    @classmethod
    def _of(
        cls,
        sizes: list[int],
        *,
        leaf: NDArray[np.bool_],
        features: NDArray[Any],
        thresholds: Floats,
        missing_left: NDArray[Any],
        left: NDArray[Any],
        right: NDArray[Any],
        values: Floats,
        start: float = 0.0,
    ) -> Self:
        roots = np.cumsum([0, *sizes[:-1]])
        offsets = np.repeat(roots, sizes)
        itself = np.arange(len(leaf))
        branches = np.empty(2 * len(leaf), dtype=np.intp)
        branches[::2] = np.where(leaf, itself, left + offsets)
        branches[1::2] = np.where(leaf, itself, right + offsets)
        return cls(
            roots,
            _depth(roots, branches),
            np.where(leaf, 0, features).astype(np.intp),
            np.where(leaf, np.inf, thresholds),
            missing_left.astype(bool),
            branches,
            np.ascontiguousarray(values),
            start,
        )

    def among_whole(self, columns: Positions) -> Self:
        """Return trees with fewer different thresholds, and the same answers where these columns are whole numbers."""
        is_whole = np.isin(self.features, columns)
        return replace(self, thresholds=np.where(is_whole, np.floor(self.thresholds), self.thresholds))

    def is_for(self, rows: int) -> bool:
        """Return whether flat arrays are faster for this number of rows."""
        return rows * len(self.roots) <= FEW

    def leaves(self, rows: NDArray[Any]) -> Positions:
        """Return the position of the leaf in which each row ends in each tree, trees x n."""
        count, width = rows.shape
        if count == 1:
            return np.array(self._walked(rows[0].tolist()), dtype=np.intp)[:, None]
        flat = rows.ravel()
        offsets = np.arange(count) * width
        any_missing = bool(np.isnan(flat).any())
        at = np.repeat(self.roots, count).reshape(-1, count)
        for _ in range(self.depth):
            numbers = flat.take(self.features.take(at) + offsets)
            goes_right = ~(numbers <= self.thresholds.take(at))
            if any_missing:
                goes_right &= ~(np.isnan(numbers) & self.missing_left.take(at))
            at = self.branches.take(2 * at + goes_right)
        return at

    def _walked(self, row: list[float]) -> list[int]:
        """Walk one row down each tree: numbers of Python are faster than arrays so short."""
        roots, features, thresholds, missing_left, branches = self._lists
        leaves: list[int] = []
        for root in roots:
            at, below = -1, root
            while below != at:
                at = below
                number = row[features[at]]
                goes_left = number <= thresholds[at] or (missing_left[at] and number != number)  # noqa: PLR0124  # NaN
                below = branches[2 * at + (not goes_left)]
            leaves.append(at)
        return leaves

    def sums(self, rows: NDArray[Any]) -> Floats:
        """Return for each row the sum of its leaves, added up tree by tree as scikit-learn does."""
        leaves = self.values.take(self.leaves(rows))
        leaves[0] += self.start
        return np.cumsum(leaves, axis=0)[-1]


def _depth(roots: Positions, branches: Positions) -> int:
    depth, at = 0, roots
    while True:
        below = np.unique(np.concatenate([branches[2 * at], branches[2 * at + 1]]))
        at = below[branches[2 * below] != below]
        if not len(at) and not depth and np.array_equal(below, roots):
            return 0  # every root is a leaf
        depth += 1
        if not len(at):
            return depth
