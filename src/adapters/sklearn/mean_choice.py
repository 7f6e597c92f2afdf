"""The choice of the expected cost: by deviance on held-out people, balanced over tenths and groups."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from adapters.sklearn import weighting
from adapters.sklearn.distribution import ResidualDistribution
from adapters.sklearn.grouping import declared_groupings
from adapters.sklearn.means import Candidate, CostMean, deviances
from adapters.sklearn.predictive import bodies
from adapters.sklearn.scoring import crps

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from adapters.sklearn.predictive import PredictiveDistribution
    from adapters.sklearn.training_people import TrainingPeople
    from domain.people.schema import Schema

    Floats = NDArray[np.float64]

_GAIN: Final = 0.001
_MOST_ROWS: Final = 30_000
_PENALTIES: Final = (0.1, 0.003)
_WAYS: Final = ("stiff", "free", "boosted", "together")
_UNBALANCED: Final = 21.7
"""The 99 % quantile of chi-squared with nine degrees of freedom."""


def chosen_mean(
    training: TrainingPeople,
    some: TrainingPeople,
    draft: PredictiveDistribution,
    tables: Floats,
    zeros: Floats,
    halves: NDArray[np.intp],
    schema: Schema,
    seed: int,
) -> tuple[CostMean, bool]:
    """Choose the mean by deviance on held-out halves, balance it, and fit it on all rows.

    Args:
        training: all people.
        some: the people on whom choices are compared, n.
        draft: the distribution without a separate mean.
        tables: quantiles of some people by a draft that had not seen them, n x 99.
        zeros: the chances of no cost by it, n.
        halves: the half of each of them, n.
        schema: declares the groups to balance.
        seed: the seed of every draw.

    Returns:
        The mean, and whether the distribution may be scaled to it: not where that makes it worse.
    """
    # where all costs of a half are zero, no mean can be learned from it
    if not all(some.charges[halves == part].any() for part in (0, 1)):
        return CostMean(), False
    body = bodies(tables, zeros)
    own = draft.own_mean(some.features, tables[:, -1], zeros, body)
    groups = declared_groupings(schema)
    plain = isinstance(draft.shape, ResidualDistribution) and draft.hurdle is None
    if plain and _imbalance(some, own) <= _UNBALANCED:
        return CostMean(), False
    predicted = {"own": own} | {name: np.empty(len(some)) for name in _WAYS}
    for part in (0, 1):
        held = np.flatnonzero(halves == part)
        for name, way in _ways(some[np.flatnonzero(halves != part)], _WAYS, seed).items():
            predicted[name][held] = way.unbalanced(some.features[held], own[held])
    best = min(predicted, key=lambda name: some.loss(deviances(some.charges, predicted[name])))
    mean = CostMean() if best == "own" else _ways(training, (best,), seed)[best]
    if not plain:
        mean = mean.drawn_together(predicted[best], some.charges, some.weights)
    mean = mean.balanced(some.features, predicted[best], some.charges, some.weights, some.people, groups)
    draft = replace(draft, mean_of=mean, scaled=True)
    means = mean.rebalanced(some.features, predicted[best])
    _, scales = draft.reconciled(means, own, body, tables[:, -1], zeros)
    before, after = (some.loss(crps(some.charges, table)) for table in (tables, tables * scales[:, None]))
    if best != "own":
        mean = mean.learned_from_more(predicted[best], some.weights, len(some) / 2 / min(len(training), _MOST_ROWS))
    return mean, after <= before * (1 + _GAIN)


def _ways(training: TrainingPeople, names: Collection[str], seed: int) -> dict[str, CostMean]:
    """Fit some of the means that are not the distribution's own."""
    some = training[np.random.default_rng(seed).permutation(len(training))[:_MOST_ROWS]]
    data = (some.features, some.charges, some.weights)
    stiff, free = (
        Candidate.linear(*data, penalty=penalty) if is_asked else None
        for penalty, is_asked in zip(_PENALTIES, ({"stiff", "together"} & {*names}, "free" in names), strict=True)
    )
    boosted = Candidate.boosted(*data, seed) if {"boosted", "together"} & {*names} else None
    means = (
        CostMean(own=False, linear=stiff),
        CostMean(own=False, linear=free),
        CostMean(own=False, boosted=boosted),
        CostMean(own=True, linear=stiff, boosted=boosted),
    )
    return {name: mean for name, mean in zip(_WAYS, means, strict=True) if name in names}


def _imbalance(training: TrainingPeople, predicted: Floats) -> float:
    """Return the sum, over tenths of predicted costs, of squared standardised differences to what was observed."""
    tenths = np.searchsorted(np.unique(np.quantile(predicted, np.arange(1, 10) / 10)), predicted)
    total = 0.0
    for part in np.unique(tenths):
        members = tenths == part
        away = (training.charges - predicted)[members]
        if len(np.unique(training.people[members])) > 1:
            error = weighting.standard_error(away, training.weights[members], training.people[members])
            total += (weighting.mean(away, training.weights[members]) / max(error, 1e-9)) ** 2
    return total
