"""Ensembles of trees as flat arrays: a few rows go down all trees at once, without a call for each tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

FEW: Final = 10_000
"""Up to so many rows times trees the flat arrays are faster than one call for each tree."""

_LEAF: Final = -1


@dataclass(frozen=True, slots=True)
class FlatTrees:
    """The nodes of all trees, one behind the other. A leaf is its own child.

    Args:
        roots: the position of each tree's root.
        depth: steps from a root to the deepest leaf.
        features: the column that a node looks at.
        thresholds: values up to it go left.
        missing_left: whether missing values go left.
        branches: left and right of each node, twice as many as there are nodes.
        values: of each leaf.
        start: what is added to the sum of the leaves.
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
        if estimator.n_trees_per_iteration_ > 1 or any(one["is_categorical"].any() for one in nodes):
            return None
        return cls._of(
            [len(one) for one in nodes],
            leaf=np.concatenate([one["is_leaf"] for one in nodes]).astype(bool),
            features=np.concatenate([one["feature_idx"] for one in nodes]),
            thresholds=np.concatenate([one["num_threshold"] for one in nodes]),
            missing_left=np.concatenate([one["missing_go_to_left"] for one in nodes]),
            left=np.concatenate([one["left"] for one in nodes]),
            right=np.concatenate([one["right"] for one in nodes]),
            values=np.concatenate([one["value"] for one in nodes]),
            start=float(estimator._baseline_prediction[0, 0]),  # noqa: SLF001  # as above
        )

    @classmethod
    def of_trees(cls, trees: list[Any]) -> Self:
        """Lay out trees of a forest or of gradient boosting, each the `tree_` of an estimator with one output."""
        left = np.concatenate([one.children_left for one in trees])
        return cls._of(
            [one.node_count for one in trees],
            leaf=left == _LEAF,
            features=np.concatenate([one.feature for one in trees]),
            thresholds=np.concatenate([one.threshold for one in trees]),
            missing_left=np.concatenate([one.missing_go_to_left for one in trees]),
            left=left,
            right=np.concatenate([one.children_right for one in trees]),
            values=np.concatenate([one.value[:, 0, 0] for one in trees]),
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

    def is_for(self, rows: int) -> bool:
        """Return whether so many rows are few."""
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
