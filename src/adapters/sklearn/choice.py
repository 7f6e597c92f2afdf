"""The choice of a distribution by the costs of held-out people: the simplest, unless another is surely better."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from adapters.sklearn import weighting
from adapters.sklearn.distribution import LEVELS, ResidualDistribution
from adapters.sklearn.features import Design, Features
from adapters.sklearn.forest_alone import forest_of, loss_of_forest
from adapters.sklearn.grouping import Grouping
from adapters.sklearn.halves import parts_of_people
from adapters.sklearn.mean_choice import chosen_mean
from adapters.sklearn.predictive import PredictiveDistribution
from adapters.sklearn.scoring import crps
from adapters.sklearn.shape_choice import SPLITS, Kind, chosen_shape, fitted_shape
from adapters.sklearn.training_people import TrainingPeople
from adapters.sklearn.zero_chance import ZeroChance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adapters.sklearn.shape_choice import Fit
    from adapters.sklearn.zero_chance import Way
    from domain.people.schema import Schema

    Floats = NDArray[np.float64]
    Digests = NDArray[np.uint64]

_CHOOSE_ON: Final = 4_000
_FEW: Final = 1_500
_FOREST_ALONE: Final = 400
_STRONG: Final = 0.2
"""The share of the CRPS that a point explains from which on a forest without the point is not tried."""
_LEAST_EXCESS: Final = 0.05


def fitted_distribution(
    rows: Floats,
    points: Floats,
    charges: Floats,
    *,
    repeats: int,
    seed: int,
    schema: Schema,
    weights: Floats | None = None,
    people: Digests | None = None,
) -> PredictiveDistribution:
    """Choose a distribution by cross-validated CRPS and its mean by deviance, and fit both on all rows.

    Args:
        rows: n x width, repeat after repeat the same rows in the same order.
        points: out-of-fold point estimates, USD.
        charges: USD.
        repeats: the number of times that each row occurs.
        seed: the seed of every draw; choices are compared on at most 4,000 people of the first repeat.
        schema: the facts of the rows.
        weights: the weights of the rows; by default 1 each.
        people: codes of the rows' persons; by default each row of a repeat is another person's.
    """
    count = len(rows) // repeats
    weights = np.ones(len(rows)) if weights is None else weights
    people = np.tile(np.arange(count, dtype=np.uint64), repeats) if people is None else people
    floor = max(float(weighting.quantiles(charges, np.array([0.05]), weights)[0]), 1.0)
    paid = charges > 0
    if floor <= 1.0 and paid.any():  # many costs are zero: what is small among the others
        floor = max(float(weighting.quantiles(charges[paid], np.array([0.05]), weights[paid])[0]), 1.0)
    first = slice(0, count)
    design = Design.of(rows[first], points[first], weights[first], schema, floor=floor)
    training = TrainingPeople(
        Features(design, rows[first], points[first]), charges[first], weights[first], people[first]
    )
    every = TrainingPeople(Features(design, rows, points), charges, weights, people)
    some = training[np.flatnonzero(np.isin(training.people, _drawn(training.people, seed)))]
    fit = partial(fitted_shape, floor=floor, seed=seed)
    hurdled = ZeroChance.is_needed(some.charges, some.weights)
    kind, advantage = chosen_shape(some[some.charges > 0] if hurdled else some, fit, schema, seed)
    way = ZeroChance.better_way(some.features, some.charges, some.weights, some.people, seed=seed) if hurdled else None
    draft, tables, zeros = _held_out(some, kind, fit, way, seed=seed)
    ours, theirs = some.loss(crps(some.charges, tables)), some.loss(_unconditional(some, seed))
    for split in range(1, SPLITS if len(some) < _FEW else 1):  # one split of few people decides by chance
        ours += some.loss(crps(some.charges, _held_out(some, kind, fit, way, seed=seed + split)[1]))
        theirs += some.loss(_unconditional(some, seed + split))
    gain = 1 - ours / max(theirs, 1e-9)
    share = weighting.mean(charges <= 0, weights)
    is_weak = len(some) <= _FOREST_ALONE and gain < _STRONG
    if is_weak and (alone := loss_of_forest(some, seed, min(ours, theirs))) < min(ours, theirs):
        gain = 1 - alone / max(theirs, 1e-9)
        return replace(forest_of(training, seed), gain=gain)
    if gain <= 0:
        everybody = ResidualDistribution.of(
            rows, np.zeros(len(rows)), charges, Grouping(), repeats=repeats, floor=0.0, weights=weights, people=people
        )
        return PredictiveDistribution(everybody, share=share, uses_point=False)
    learned = every if kind.repeats else training
    paid = learned.charges > 0
    shape = fit(kind, learned[np.flatnonzero(paid)] if hurdled else learned, repeats=repeats if kind.repeats else 1)
    hurdle = ZeroChance.of(way, training.features, training.charges, training.weights, seed=seed) if way else None
    mean_of, scaled = chosen_mean(
        training, some, draft, tables, zeros, parts_of_people(some.people, 2, seed + SPLITS), schema, seed
    )
    return PredictiveDistribution(
        shape,
        design,
        hurdle,
        None if hurdle else share,
        mean_of,
        draft.excess,
        scaled=scaled,
        gain=gain,
        advantage=advantage,
    )


def _drawn(people: Digests, seed: int) -> Digests:
    unique, first = np.unique(people, return_index=True)
    return unique[np.argsort(first)][np.random.default_rng(seed).permutation(len(unique))[:_CHOOSE_ON]]


def _held_out(
    training: TrainingPeople, kind: Kind, fit: Fit, way: Way | None, *, seed: int
) -> tuple[PredictiveDistribution, Floats, Floats]:
    """Return a draft with the fitted excess, and the quantiles and chances of no cost of people it had not seen."""
    tables, zeros = np.empty((len(training), len(LEVELS))), np.empty(len(training))
    which = parts_of_people(training.people, 2, seed + SPLITS)
    draft = None
    for part in (0, 1):
        seen, held = np.flatnonzero(which != part), np.flatnonzero(which == part)
        half = training[seen]
        shape = fit(kind, half[half.charges > 0] if way else half, quick=True)
        hurdle = ZeroChance.of(way, half.features, half.charges, half.weights, seed=seed) if way else None
        share = None if hurdle else weighting.mean(half.charges <= 0, half.weights)
        draft = PredictiveDistribution(shape, training.features.design, hurdle, share)
        tables[held], zeros[held] = draft.unscaled(training.features[held])
    assert draft is not None
    above = training.loss(np.maximum(training.charges - tables[:, -1], 0.0))
    tail = training.loss(np.minimum(0.01, 1 - zeros) * tables[:, -1])
    return replace(draft, excess=max(above / tail, _LEAST_EXCESS) if tail else 1.0), tables, zeros


def _unconditional(training: TrainingPeople, seed: int) -> Floats:
    """Return the loss of the distribution of all costs on held-out halves of people."""
    losses = np.empty(len(training))
    which = parts_of_people(training.people, 2, seed + SPLITS)
    for part in (0, 1):
        seen, held = which != part, which == part
        everybody = weighting.quantiles(training.charges[seen], LEVELS, training.weights[seen])
        losses[held] = crps(training.charges[held], np.broadcast_to(everybody, (int(held.sum()), len(LEVELS))))
    return losses
