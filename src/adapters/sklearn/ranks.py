"""Ranks of residuals that depend on the person: a spread, and a forest that tells which ranks are likely for whom.

A residual is divided by a spread that is linear in the person's columns on a log scale. A forest of trees with several
outputs then learns at some thresholds how likely a residual of at most that rank is (distribution regression: Foresi
and Peracchi 1995; forests of such weights: Meinshausen 2006, "Quantile regression forests"). A quantile is read from
everybody's residuals at the rank that is as likely. The levels are calibrated on people whom neither had seen
(Chernozhukov, Wüthrich and Zhu 2021, "Distributional conformal prediction").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from sklearn.linear_model import RidgeCV
from sklearn.tree import DecisionTreeRegressor

from adapters.sklearn import weighting
from adapters.sklearn.distribution import LEVELS, conformal_quantiles, scale_of
from adapters.sklearn.halves import parts_of_people
from adapters.sklearn.trees import FlatTrees

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adapters.sklearn.features import Features

    Floats = NDArray[np.float64]

THRESHOLDS: Final = np.array(
    [0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5,
     0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.965, 0.98, 0.99, 0.995]
)  # fmt: skip
_AT: Final = np.concatenate([[0.0], THRESHOLDS, [1.0]])
_GRID: Final = np.concatenate([[0.0], LEVELS, [1.0]])
_TREES: Final = 30
_LEAF: Final = 60
_FOLDS: Final = 3
_MOST_ROWS: Final = 15_000
_MOST_RESIDUALS: Final = 4_000
_PENALTIES: Final = (0.1, 1.0, 10.0, 100.0, 1000.0)
_APART: Final = 2.0


@dataclass(frozen=True, slots=True)
class RankForest:
    """The chances of residuals up to each threshold's rank, by the leaves of a forest.

    Args:
        trees: the nodes of all trees.
        chances: the shares of each node's rows whose rank is at most each threshold.
    """

    trees: FlatTrees
    chances: NDArray[np.float32]

    @classmethod
    def of(
        cls, facts: NDArray[np.float32], ranks: Floats, weights: Floats, *, trees: int, leaf: int, seed: int
    ) -> Self:
        """Grow a forest on the ranks of n residuals, 0-1.

        The trees are those of scikit-learn's `RandomForestRegressor`, which takes longer to set a small tree up than to
        grow it.
        """
        is_below = (ranks[:, None] <= THRESHOLDS).astype(np.float64)
        relative = weighting.unless_equal(weights)
        likely = None if relative is None else relative / relative.sum()
        count, draws = len(ranks), min(len(ranks), _MOST_ROWS)
        random = np.random.RandomState(seed)
        seeds = random.randint(np.iinfo(np.int32).max, size=trees).tolist()
        grown: list[Any] = []
        for each in seeds:
            random.seed(each)
            drawn = random.randint(0, count, draws) if likely is None else random.choice(count, draws, p=likely)
            times = np.bincount(drawn, minlength=count).astype(np.float64)
            random.seed(each)  # drawing begins anew for the facts that a split may look at
            tree = DecisionTreeRegressor(min_samples_leaf=leaf, max_features=0.5, random_state=random)
            grown.append(tree.fit(facts, is_below, times, check_input=False).tree_)
        chances = np.concatenate([tree.value[:, :, 0] for tree in grown]).astype(np.float32)
        return cls(FlatTrees.of_trees(grown), chances)

    def curves(self, facts: NDArray[np.float32]) -> Floats:
        """Return the chance of a rank up to 0, each threshold, and 1: n x (thresholds + 2), never falling."""
        leaves = self.trees.leaves(facts)
        curves = np.empty((len(facts), len(_AT)))
        curves[:, 0], curves[:, -1] = 0.0, 1.0
        total = np.zeros((len(facts), len(THRESHOLDS)))
        if len(facts) == 1:
            total[0] = self.chances.take(leaves[:, 0], axis=0).sum(axis=0, dtype=np.float64)
        else:
            for tree in leaves:
                total += self.chances.take(tree, axis=0)
        np.maximum.accumulate(total, axis=1, out=total)
        curves[:, 1:-1] = np.minimum(total / len(leaves), 1.0)
        return curves

    def ranks_at(self, facts: NDArray[np.float32], levels: Floats) -> Floats:
        """Return the rank that is not exceeded with each probability, n x k."""
        curves = self.curves(facts)
        if len(curves) == 1:
            return np.interp(levels[0], curves[0], _AT)[None]
        # all curves one behind another, so that one call reads them all
        base = np.arange(len(curves))[:, None] * _APART
        return np.interp((levels + base).ravel(), (curves + base).ravel(), np.tile(_AT, len(curves))).reshape(
            levels.shape
        )

    def chances_of(self, facts: NDArray[np.float32], ranks: Floats) -> Floats:
        """Return the chance of a rank up to each row's own, n."""
        curves = self.curves(facts)
        base = np.arange(len(curves)) * _APART
        at = (_AT + base[:, None]).ravel()
        return np.interp(ranks + base, at, curves.ravel())


@dataclass(frozen=True, slots=True)
class RankDistribution:
    """Residuals around a point whose spread and ranks depend on the person.

    Args:
        floor: residuals are shares of the point, or of this if it is less, in USD.
        centre: the residual in the middle.
        intercept: the intercept of the logarithm of the spread.
        coefficients: the coefficients of the columns.
        narrowest: the smallest logarithm of a spread.
        widest: the largest logarithm of a spread.
        residuals: the residuals of all people, less the centre and divided by the spread; rising.
        places: the ranks, 0-1.
        levels: calibrated ranks at level 0, `LEVELS` and 1.
        forest: the chances of ranks by person; None where they are the same for everybody.
    """

    floor: float
    centre: float
    intercept: float
    coefficients: Floats
    narrowest: float
    widest: float
    residuals: Floats
    places: Floats
    levels: Floats
    forest: RankForest | None

    @classmethod
    def of(
        cls,
        features: Features,
        charges: Floats,
        weights: Floats,
        people: NDArray[np.uint64],
        *,
        floor: float,
        trees: int = _TREES,
        leaf: int = _LEAF,
        with_spread: bool = True,
        is_calibrated: bool = True,
        seed: int,
    ) -> Self:
        """Learn from residuals of points that are out of fold.

        Args:
            features: n people.
            charges: the costs, USD.
            weights: the weights of the rows.
            people: codes of the rows' persons.
            floor: as above.
            trees: the number; 0 for ranks that are the same for everybody.
            leaf: the fewest people in a leaf.
            with_spread: whether residuals are divided by a spread.
            is_calibrated: whether levels are calibrated, which takes half as many trees on each of three parts.
            seed: the seed of every draw.
        """
        if len(charges) > _MOST_ROWS:
            some = np.sort(np.random.default_rng(seed).permutation(len(charges))[:_MOST_ROWS])
            features, charges, weights, people = features[some], charges[some], weights[some], people[some]
        shares = (charges - features.points) / scale_of(features.points, floor)
        centre = weighting.median(shares, weights)
        away = np.abs(shares - centre)
        # a residual near the centre has a very low logarithm, which must not dominate the fit of the spread
        target = np.log(away + max(float(np.quantile(away, 0.1)), 1e-3 * float(away.mean()), 1e-9))
        coefficients, intercept = np.zeros(features.columns.shape[1]), 0.0
        if with_spread:
            # pyrefly: ignore[bad-argument-type]  # stubs: three penalties only
            ridge: Any = RidgeCV(_PENALTIES).fit(features.columns, target, weighting.unless_equal(weights))
            coefficients, intercept = ridge.coef_, float(ridge.intercept_)
        logs = features.columns @ coefficients + intercept
        narrowest, widest = np.quantile(logs, [0.005, 0.995]).tolist()
        standard = (shares - centre) / np.exp(np.clip(logs, narrowest, widest))
        order = np.argsort(standard, kind="stable")
        count = len(np.unique(people))
        upto = np.cumsum(weighting.relative(weights)[order]) / (len(standard) * (1 + 1 / count))
        residuals, places = standard[order], upto
        low, high = np.searchsorted(residuals, standard, "left"), np.searchsorted(residuals, standard, "right") - 1
        ranks = (places[low] + places[high]) / 2  # of equal residuals the middle one
        forest, chances = None, ranks
        if trees and is_calibrated:
            chances = np.empty(len(ranks))
            which = parts_of_people(people, _FOLDS, seed)
            for part in range(_FOLDS):
                seen, held = which != part, which == part
                grown = RankForest.of(
                    features.facts[seen], ranks[seen], weights[seen], trees=max(trees // 2, 1), leaf=leaf, seed=seed
                )
                chances[held] = grown.chances_of(features.facts[held], ranks[held])
        if trees:
            forest = RankForest.of(features.facts, ranks, weights, trees=trees, leaf=leaf, seed=seed)
        levels = np.clip(conformal_quantiles(chances, weights, people), 1e-6, 1 - 1e-6)
        thinned = np.unique(np.linspace(0, len(residuals) - 1, _MOST_RESIDUALS).astype(np.intp))
        return cls(
            floor, centre, intercept, coefficients, narrowest, widest, residuals[thinned],
            places[thinned], np.concatenate([[0.0], levels, [1.0]]), forest,
        )  # fmt: skip

    @property
    def name(self) -> str:
        """Return the name of the shape."""
        return "ranks" if self.forest else "spread"

    def quantiles_at(self, features: Features, levels: Floats) -> Floats:
        """Return the cost that is not exceeded with each probability, n x k, never negative.

        Args:
            features: n people.
            levels: n x k, or 1 x k for the same of everybody.
        """
        start, step = self.line(features)
        return np.maximum(start[:, None] + step[:, None] * self.standards(features.facts, levels), 0.0)

    def line(self, features: Features) -> tuple[Floats, Floats]:
        """Return the cost of each of n people at the centre, and the USD that a residual of 1 adds to it."""
        logs = features.columns @ self.coefficients + self.intercept
        spread = np.exp(np.minimum(np.maximum(logs, self.narrowest), self.widest))
        scale = scale_of(features.points, self.floor)
        return features.points + self.centre * scale, spread * scale

    def standards(self, facts: NDArray[np.float32], levels: Floats) -> Floats:
        """Return the residual that is not exceeded with each probability, less the centre and divided by the spread.

        The residual depends on the leaves of the facts only.

        Args:
            facts: n people, as `Features.facts` has them.
            levels: n x k, or 1 x k for the same of everybody.

        Returns:
            n x k, or 1 x k where it is the same for everybody.
        """
        ranks = np.interp(levels, _GRID, self.levels)
        if self.forest:
            if len(ranks) < len(facts):
                ranks = np.broadcast_to(ranks, (len(facts), ranks.shape[1]))
            ranks = self.forest.ranks_at(facts, ranks)
        return np.interp(ranks, self.places, self.residuals)
