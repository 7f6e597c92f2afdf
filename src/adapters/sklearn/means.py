"""The expected cost: a separate mean beside the distribution, chosen by deviance and balanced.

A distribution that is right for most people may have a mean that is off: a few costly years decide it. So the mean is
chosen by Tweedie deviance on people whom no candidate had seen, among the distribution's own mean, Poisson regression,
boosted trees, and the geometric mean of the three. Poisson loss makes sums agree whatever the costs' distribution
(Gourieroux, Monfort and Trognon 1984, "Pseudo maximum likelihood methods"). What then is still out of balance in a
tenth of the predicted costs or in a declared group, beyond chance, is balanced, less what chance may be.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import PoissonRegressor

from adapters.sklearn import weighting
from adapters.sklearn.grouping import Grouping
from adapters.sklearn.trees import FlatTrees

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from adapters.sklearn.features import Features

    Floats = NDArray[np.float64]

_TENTHS: Final = 10
_MOST_ROWS: Final = 30_000
_LEAF: Final = 200
_WIDEST: Final = (0.5, 2.0)
_SURE: Final = 9.0
"""The squared standard errors that are ascribed to chance: one difference in three hundred is larger."""
_LEAST_SLOPE: Final = 0.4
_ROUNDS: Final = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A log-linear mean: Poisson regression on columns, or boosted trees.

    Args:
        intercept: the intercept of the logarithm.
        coefficients: the coefficients of the first columns; none for boosted trees.
        trees: their sum is the logarithm; None for regression.
    """

    intercept: float
    coefficients: Floats
    trees: FlatTrees | None

    @classmethod
    def linear(cls, features: Features, charges: Floats, weights: Floats, *, penalty: float) -> Self:
        """Fit Poisson regression on columns without products, with a ridge penalty on the costs' own scale."""
        level = weighting.mean(charges, weights)
        model = PoissonRegressor(alpha=penalty, solver="newton-cholesky", max_iter=100)
        model.fit(features.columns[:, : features.design.squares], charges / level, weighting.unless_equal(weights))
        return cls(float(model.intercept_ + np.log(level)), model.coef_, None)

    @classmethod
    def boosted(cls, features: Features, charges: Floats, weights: Floats, seed: int) -> Self:
        """Fit boosted trees by Poisson loss."""
        level = weighting.mean(charges, weights)
        settings: dict[str, Any] = {"early_stopping": False}
        model = HistGradientBoostingRegressor(
            loss="poisson", max_iter=80, learning_rate=0.04, max_leaf_nodes=3, min_samples_leaf=_LEAF,
            **settings, random_state=seed,
        )  # fmt: skip
        model.fit(features.facts, charges / level, weighting.unless_equal(weights))
        trees = FlatTrees.of_boosting(model)
        assert trees is not None  # no fact is given as categorical
        return cls(float(np.log(level)), np.empty(0), trees)

    def logs(self, features: Features) -> Floats:
        """Return the logarithm of the mean of each of n people."""
        if self.trees:
            return self.trees.sums(features.facts) + self.intercept
        return features.columns[:, : len(self.coefficients)] @ self.coefficients + self.intercept


@dataclass(frozen=True, slots=True)
class CostMean:
    """The published mean: the geometric mean of the chosen candidates, balanced.

    Args:
        own: whether the distribution's own mean takes part.
        linear: Poisson regression, if it does.
        boosted: boosted trees, if they do.
        slope: multiplies the logarithm of the mean around a middle: less than 1 where means are more spread than costs.
        middle: the logarithm that the slope does not change.
        level: the logarithm of the factor that means are then multiplied by.
        edges: the predicted costs between tenths, USD; none where nothing is balanced.
        factors: the factor of each tenth's mean.
        groups: declared groups whose means are balanced, each by all its parts.
        group_factors: the factors of the means of each group's parts.
    """

    own: bool = True
    linear: Candidate | None = None
    boosted: Candidate | None = None
    slope: float = 1.0
    middle: float = 0.0
    level: float = 0.0
    edges: Floats = field(default_factory=lambda: np.empty(0))
    factors: Floats = field(default_factory=lambda: np.ones(1))
    groups: tuple[Grouping, ...] = ()
    group_factors: tuple[Floats, ...] = ()

    @property
    def name(self) -> str:
        """Return the names of the mean's parts."""
        parts = {"distribution": self.own, "regression": self.linear, "boosting": self.boosted}
        return " and ".join(name for name, there in parts.items() if there)

    @property
    def is_plain(self) -> bool:
        """Return whether the mean is the distribution's own, as it is."""
        return self.own and not (self.linear or self.boosted or self.groups or len(self.edges))

    def unbalanced(self, features: Features, own: Floats) -> Floats:
        """Return the mean of each of n people before it is balanced."""
        others = [candidate.logs(features) for candidate in (self.linear, self.boosted) if candidate]
        if not others:
            return own
        logs = sum(others) + (np.log(np.maximum(own, 1e-2)) if self.own else 0.0)
        return np.exp(logs / (len(others) + self.own))

    def means(self, features: Features, own: Floats) -> Floats:
        """Return the mean of each of n people, given the distribution's own."""
        return self.rebalanced(features, self.unbalanced(features, own))

    def rebalanced(self, features: Features, means: Floats) -> Floats:
        """Return means after their slope and the factors of their tenth and their groups."""
        means = self.at_slope(means)
        if len(self.edges):
            means = means * self.factors[np.searchsorted(self.edges, means)]
        for grouping, factors in zip(self.groups, self.group_factors, strict=True):
            means = means * factors[grouping.codes(features.rows)]
        return means

    def at_slope(self, means: Floats) -> Floats:
        """Return means shrunk by the slope, before any factor."""
        if self.slope == 1:
            return means
        return np.exp(self.level + self.middle + self.slope * (np.log(np.maximum(means, 1e-2)) - self.middle))

    def drawn_together(self, predicted: Floats, charges: Floats, weights: Floats) -> CostMean:
        """Return the mean with the slope at which costs follow what was predicted, if that is less than 1.

        A calibration slope (Cox 1958; van Houwelingen 2000), by Poisson regression, which keeps sums.
        """
        logs = np.log(np.maximum(predicted, 1e-2))
        middle, level = weighting.mean(logs, weights), weighting.mean(charges, weights)
        line = PoissonRegressor(alpha=0.0, solver="newton-cholesky", max_iter=100)
        line.fit((logs - middle)[:, None], charges / level, weighting.unless_equal(weights))
        slope = float(line.coef_[0])
        if slope >= 1:
            return self
        return replace(
            self, slope=max(slope, _LEAST_SLOPE), middle=middle,
            level=float(line.intercept_ + np.log(level)) - middle,
        )  # fmt: skip

    def learned_from_more(self, predicted: Floats, weights: Floats, share: float) -> CostMean:
        """Return the mean with the slope of candidates that learned from all rows, if ``predicted`` is of a share.

        Means lie further apart than costs do by as much as chance moved them, and the variance of chance falls as the
        rows that are learned from grow: of a slope s, 1 / s - 1 is that variance over the variance of true means.

        Args:
            predicted: of each of n people whom the candidates had not seen, USD, before it is drawn together.
            weights: the weights of the rows.
            share: the share of all rows, from which those candidates learned.
        """
        if self.slope == 1:
            return self
        steep = replace(self, slope=1 / (1 + (1 / self.slope - 1) * share))
        before, after = (float(weights @ mean.at_slope(predicted)) for mean in (self, steep))
        return replace(steep, level=self.level + np.log(before / after))

    def balanced(
        self,
        features: Features,
        predicted: Floats,
        charges: Floats,
        weights: Floats,
        people: NDArray[np.uint64],
        groups: Sequence[Grouping],
    ) -> CostMean:
        """Return the mean with factors, by predictions for people whom it had not seen.

        Args:
            features: n people.
            predicted: of each, USD.
            charges: the costs, USD.
            weights: the weights of the rows.
            people: codes of the rows' persons.
            groups: the groups that may be balanced.
        """
        predicted = self.at_slope(predicted)
        edges = np.unique(weighting.quantiles(predicted, np.arange(1, _TENTHS) / _TENTHS, weights))
        tenths = np.searchsorted(edges, predicted)
        by_tenth = np.ones(len(edges) + 1)
        by_group = [np.ones(grouping.size) for grouping in groups]
        codes = [grouping.codes(features.rows) for grouping in groups]
        now = predicted.copy()
        for _ in range(_ROUNDS):
            for factors, which in ((by_tenth, tenths), *zip(by_group, codes, strict=True)):
                for part in range(len(factors)):
                    members = which == part
                    if members.any():
                        factor = sure_ratio(charges[members], now[members], weights[members], people[members])
                        factors[part] = np.clip(factors[part] * factor, *_WIDEST)
                        now[members] *= factor
        moved = [at for at, factors in enumerate(by_group) if (factors != 1).any()]
        is_level = bool((by_tenth == 1).all())
        if not is_level:
            return replace(
                self, edges=edges, factors=by_tenth, groups=tuple(groups[at] for at in moved),
                group_factors=tuple(by_group[at] for at in moved),
            )  # fmt: skip
        return replace(
            self, groups=tuple(groups[at] for at in moved), group_factors=tuple(by_group[at] for at in moved)
        )


def sure_ratio(charges: Floats, predicted: Floats, weights: Floats, people: NDArray[np.uint64]) -> float:
    """Return observed over predicted cost, shrunk to 1 by its likely chance."""
    total = float(weights @ predicted)
    _, which = np.unique(people, return_inverse=True)
    if which.max() < 1 or total <= 0:
        return 1.0
    away = float(weights @ charges) / total - 1
    missed = np.bincount(which.ravel(), weights * (charges - (1 + away) * predicted))
    variance = float(missed @ missed) / total**2
    return 1 + away * max(0.0, 1 - _SURE * variance / away**2) if away else 1.0


def deviances(charges: Floats, means: Floats) -> Floats:
    """Return the Tweedie deviance of power 1.5 of each of n costs, zero or above; USD to the power of one half."""
    root = np.sqrt(np.maximum(means, 1e-2))
    return 4 * (np.sqrt(charges) - root) ** 2 / root
