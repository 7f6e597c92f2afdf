"""The hurdle: the chance of a year without any cost, in front of the distribution of costs above zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeAlias

import numpy as np
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from adapters.sklearn import weighting
from adapters.sklearn.halves import parts_of_people
from adapters.sklearn.trees import FlatTrees

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adapters.sklearn.features import Features

    Floats = NDArray[np.float64]

Way: TypeAlias = Literal["logistic", "boosted"]
WORTH_IT: Final = 0.01
"""The share of zero costs up to which there is no hurdle."""
_FEWEST: Final = 20
_MOST_ROWS: Final = 15_000
_LEAST, _MOST = 1e-4, 1 - 1e-4


@dataclass(frozen=True, slots=True)
class ZeroChance:
    """The chance of no cost: logistic regression on columns, or boosted trees.

    Args:
        intercept: the intercept of the log odds.
        coefficients: the coefficients of the columns; none for boosted trees.
        trees: their sums are log odds; None for logistic regression.
    """

    intercept: float
    coefficients: Floats
    trees: FlatTrees | None

    @classmethod
    def is_needed(cls, charges: Floats, weights: Floats) -> bool:
        """Return whether enough costs are zero, and enough are not, for a hurdle."""
        zero = charges <= 0
        enough = min(int(zero.sum()), int((~zero).sum())) >= _FEWEST
        return enough and weighting.mean(zero, weights) > WORTH_IT

    @classmethod
    def _logistic(cls, features: Features, is_zero: NDArray[np.bool_], weights: Floats) -> Self:
        """Fit logistic regression with a ridge penalty."""
        model: Any = LogisticRegression(C=1.0, solver="newton-cholesky", max_iter=100)
        model.fit(features.columns, is_zero, weighting.unless_equal(weights))
        return cls(float(model.intercept_[0]), model.coef_[0], None)

    @classmethod
    def _boosted(cls, features: Features, is_zero: NDArray[np.bool_], weights: Floats, seed: int) -> Self:
        """Fit boosted trees by log loss."""
        settings: dict[str, Any] = {"early_stopping": False}
        model = HistGradientBoostingClassifier(
            max_iter=60, learning_rate=0.06, max_leaf_nodes=8, min_samples_leaf=30, **settings,
            random_state=seed,
        )  # fmt: skip
        model.fit(features.facts, is_zero, weighting.unless_equal(weights))
        trees = FlatTrees.of_boosting(model)
        assert trees is not None  # no fact is given as categorical
        return cls(0.0, np.empty(0), trees)

    @classmethod
    def better_way(
        cls, features: Features, charges: Floats, weights: Floats, people: NDArray[np.uint64], *, seed: int
    ) -> Way:
        """Return the way that has the smaller log loss on people it had not seen; logistic regression if they tie.

        Args:
            features: n people.
            charges: the costs, USD.
            weights: the weights of the rows.
            people: codes of the rows' persons.
            seed: the seed of every draw.
        """
        which, is_zero = parts_of_people(people, 2, seed), charges <= 0
        losses: dict[Way, Floats] = {"logistic": np.empty(len(is_zero)), "boosted": np.empty(len(is_zero))}
        for part in (0, 1):
            seen, held = which != part, which == part
            if is_zero[seen].all() or not is_zero[seen].any():
                return "logistic"
            for way, loss in losses.items():
                chance = cls.of(way, features[seen], charges[seen], weights[seen], seed=seed).chances(features[held])
                loss[held] = -np.log(np.where(is_zero[held], chance, 1 - chance))
        gain = losses["logistic"] - losses["boosted"]
        surely = weighting.mean(gain, weights) > weighting.standard_error(gain, weights, people)
        return "boosted" if surely else "logistic"

    @classmethod
    def of(cls, way: Way, features: Features, charges: Floats, weights: Floats, *, seed: int) -> ZeroChance:
        """Fit in one of two ways, on at most `_MOST_ROWS` rows."""
        some = np.random.default_rng(seed).permutation(len(charges))[:_MOST_ROWS]
        features, weights, is_zero = features[some], weights[some], charges[some] <= 0
        if way == "boosted":
            return cls._boosted(features, is_zero, weights, seed)
        return cls._logistic(features, is_zero, weights)

    @property
    def name(self) -> str:
        """Return the name of the method."""
        return "boosting" if self.trees else "logistic regression"

    def chances(self, features: Features) -> Floats:
        """Return the chance of no cost of each of n people."""
        odds = self.trees.sums(features.facts) if self.trees else features.columns @ self.coefficients + self.intercept
        return np.minimum(np.maximum(expit(odds), _LEAST), _MOST)
