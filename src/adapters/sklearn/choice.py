"""The choice of a distribution by the costs of held-out people: the simplest, unless another is surely better."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from adapters.sklearn import weighting
from adapters.sklearn.distribution import ResidualDistribution
from adapters.sklearn.features import Design, Features
from adapters.sklearn.grouping import Grouping, groupings_of
from adapters.sklearn.halves import parts_of_people
from adapters.sklearn.mean_choice import chosen_mean
from adapters.sklearn.predictive import PredictiveDistribution
from adapters.sklearn.ranks import RankDistribution
from adapters.sklearn.scoring import crps
from adapters.sklearn.training_people import TrainingPeople
from adapters.sklearn.zero_chance import ZeroChance
from domain.costs.distribution import QUANTILE_LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from adapters.sklearn.zero_chance import Way
    from domain.people.schema import Schema

    Floats = NDArray[np.float64]
    Digests = NDArray[np.uint64]
    Shape = ResidualDistribution | RankDistribution
    Fit = Callable[["TrainingPeople"], Shape]

_LEVELS: Final = np.array(QUANTILE_LEVELS)
_SPLITS: Final = 3
_CHOOSE_ON: Final = 4_000
_FEWEST_RANKED: Final = 200
_FEW_TREES: Final = 10
_FEW: Final = 1_500
_FOREST_ALONE: Final = 400
_STRONG: Final = 0.2
"""The share of the CRPS that a point explains from which on a forest without the point is not tried."""
_SMALL_LEAF: Final = 12
_HOPELESS: Final = 0.01
_FAR_OFF: Final = 0.015
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
    fit = partial(_fitted, floor=floor, seed=seed)
    hurdled = ZeroChance.is_needed(some.charges, some.weights)
    kind, advantage = _chosen_shape(some[some.charges > 0] if hurdled else some, fit, schema, seed)
    way = _hurdle_way(some, seed) if hurdled else None
    draft, tables, zeros = _held_out(some, kind, fit, way, seed=seed)
    ours, theirs = some.loss(crps(some.charges, tables)), some.loss(_unconditional(some, seed))
    for split in range(1, _SPLITS if len(some) < _FEW else 1):  # one split of few people decides by chance
        ours += some.loss(crps(some.charges, _held_out(some, kind, fit, way, seed=seed + split)[1]))
        theirs += some.loss(_unconditional(some, seed + split))
    gain = 1 - ours / max(theirs, 1e-9)
    share = weighting.mean(charges <= 0, weights)
    is_weak = len(some) <= _FOREST_ALONE and gain < _STRONG
    if is_weak and (alone := _forest_alone(some, seed, min(ours, theirs))) < min(ours, theirs):
        gain = 1 - alone / max(theirs, 1e-9)
        return replace(_of_forest(training, seed), gain=gain)
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
        training, some, draft, tables, zeros, parts_of_people(some.people, 2, seed + _SPLITS), schema, seed
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


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of shape.

    Args:
        scaled: whether residuals are shares of the point.
        grouping: the grouping of residuals; None where their spread is learned.
        trees: the number of trees that learn ranks.
    """

    scaled: bool
    grouping: Grouping | None
    trees: int = 0

    @property
    def repeats(self) -> bool:
        """Return whether the shape uses residuals of several draws of folds."""
        return self.grouping is not None


def _kinds(schema: Schema, people: int) -> Iterable[Kind]:
    """Yield the kinds of shapes for which there are enough people, the simplest first.

    Residuals are grouped at least by the first declared group: its coverage is reported, and where the group makes no
    difference, shrinkage towards everybody's residuals costs little.
    """
    groupings = groupings_of(schema)
    for scaled in (False, True):
        for grouping in groupings[1:] or groupings:
            yield Kind(scaled, grouping)
    yield Kind(scaled=True, grouping=None)
    if people >= _FEWEST_RANKED:
        yield Kind(scaled=True, grouping=None, trees=30)


def _fitted(
    kind: Kind, training: TrainingPeople, *, floor: float, seed: int, repeats: int = 1, quick: bool = False,
    is_calibrated: bool = True,
) -> Shape:  # fmt: skip
    least = floor if kind.scaled else 0.0
    if kind.grouping is None:
        trees = min(kind.trees, _FEW_TREES) if quick else kind.trees
        return RankDistribution.of(
            training.features, training.charges, training.weights, training.people, floor=least, trees=trees,
            is_calibrated=is_calibrated, seed=seed,
        )  # fmt: skip
    return ResidualDistribution.of(
        training.features.rows, training.features.points, training.charges, kind.grouping, repeats=repeats, floor=least,
        weights=training.weights, people=training.people, shrunk=True,
    )  # fmt: skip


def _drawn(people: Digests, seed: int) -> Digests:
    unique, first = np.unique(people, return_index=True)
    return unique[np.argsort(first)][np.random.default_rng(seed).permutation(len(unique))[:_CHOOSE_ON]]


def _chosen_shape(training: TrainingPeople, fit: Callable[..., Shape], schema: Schema, seed: int) -> tuple[Kind, float]:
    """Return the simplest kind than which no other is surely better on held-out halves of people.

    Returns:
        The kind, and the share by which its CRPS is less than that of the simplest kind.
    """
    kinds = list(_kinds(schema, len(np.unique(training.people))))
    losses = {number: np.zeros(len(training)) for number in range(len(kinds))}
    for split in range(_SPLITS):
        which = parts_of_people(training.people, 2, seed + split)
        halves = [(training[np.flatnonzero(which != part)], np.flatnonzero(which == part)) for part in (0, 1)]
        for number, total in losses.items():
            simpler = [loss for at, loss in losses.items() if at < number]
            if split == 0 and kinds[number].trees and _is_far_off(training, *halves[0], kinds[number], fit, simpler):
                total[:] = np.inf
                continue
            for seen, held in halves:
                table = fit(kinds[number], seen, quick=True).quantiles_at(training.features[held], _LEVELS[None])
                total[held] += crps(training.charges[held], table)
        least = min(map(training.loss, losses.values()))
        hopeful = least * (1 + _HOPELESS)
        losses = {number: loss for number, loss in losses.items() if number == 0 or training.loss(loss) <= hopeful}
        if len(losses) == 1:
            break
    best, *others = losses
    for number in others:
        if training.surely_less(losses[number], losses[best]):
            best = number
    return kinds[best], 1 - training.loss(losses[best]) / max(training.loss(losses[0]), 1e-9)


def _is_far_off(
    training: TrainingPeople,
    seen: TrainingPeople,
    held: NDArray[np.intp],
    kind: Kind,
    fit: Callable[..., Shape],
    simpler: Iterable[Floats],
) -> bool:
    """Return whether a forest of ranks need not be tried: on half of the people it is far worse than a simpler kind.

    That half is answered without calibration, which takes most of the trees and changes the loss by less than
    `_FAR_OFF`.

    Args:
        training: all people.
        seen: half of them.
        held: positions of the others.
        kind: with trees.
        fit: fits a kind.
        simpler: the losses of each simpler kind on those others.
    """
    table = fit(kind, seen, quick=True, is_calibrated=False).quantiles_at(training.features[held], _LEVELS[None])
    there, loss = training[held], crps(training.charges[held], table)
    return there.loss(loss) > min(there.loss(losses[held]) for losses in simpler) * (1 + _FAR_OFF)


def _hurdle_way(training: TrainingPeople, seed: int) -> Way:
    return ZeroChance.better_way(training.features, training.charges, training.weights, training.people, seed=seed)


def _held_out(
    training: TrainingPeople, kind: Kind, fit: Callable[..., Shape], way: Way | None, *, seed: int
) -> tuple[PredictiveDistribution, Floats, Floats]:
    """Return a draft with the fitted excess, and the quantiles and chances of no cost of people it had not seen."""
    tables, zeros = np.empty((len(training), len(_LEVELS))), np.empty(len(training))
    which = parts_of_people(training.people, 2, seed + _SPLITS)
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
    which = parts_of_people(training.people, 2, seed + _SPLITS)
    for part in (0, 1):
        seen, held = which != part, which == part
        everybody = weighting.quantiles(training.charges[seen], _LEVELS, training.weights[seen])
        losses[held] = crps(training.charges[held], np.broadcast_to(everybody, (int(held.sum()), len(_LEVELS))))
    return losses


def _of_forest(training: TrainingPeople, seed: int) -> PredictiveDistribution:
    """Fit a forest of the ranks of costs themselves, for few people of whom no point predicts the cost."""
    features = Features(training.features.design, training.features.rows, np.zeros(len(training)))
    shape = RankDistribution.of(
        features,
        training.charges,
        training.weights,
        training.people,
        floor=0.0,
        leaf=_SMALL_LEAF,
        with_spread=False,
        seed=seed,
    )
    share = None if (training.charges <= 0).any() else 0.0
    return PredictiveDistribution(shape, features.design, share=share, uses_point=False)


def _forest_alone(training: TrainingPeople, seed: int, least: float) -> float:
    """Return the forest's mean losses summed over splits; infinity once the sum cannot be less than ``least``."""
    total = 0.0
    for split in range(_SPLITS):
        which = parts_of_people(training.people, 2, seed + split + _SPLITS)
        losses = np.empty(len(training))
        for part in (0, 1):
            held = np.flatnonzero(which == part)
            forest = _of_forest(training[np.flatnonzero(which != part)], seed)
            features = training.features[held]
            losses[held] = crps(training.charges[held], forest.table(features.rows, features.points))
        total += training.loss(losses)
        if total > least * (split + 1) / _SPLITS * (1 + _HOPELESS):
            return np.inf
    return total
