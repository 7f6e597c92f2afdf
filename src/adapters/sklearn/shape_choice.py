"""The choice of the shape around a point: the simplest kind than which no other is surely better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from adapters.sklearn.distribution import LEVELS, ResidualDistribution
from adapters.sklearn.grouping import Grouping, groupings_of
from adapters.sklearn.halves import parts_of_people
from adapters.sklearn.ranks import RankDistribution
from adapters.sklearn.scoring import crps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from adapters.sklearn.training_people import TrainingPeople
    from domain.people.schema import Schema

    Floats = NDArray[np.float64]
    Shape = ResidualDistribution | RankDistribution
    Fit = Callable[..., Shape]

SPLITS: Final = 3
HOPELESS: Final = 0.01
_FEWEST_RANKED: Final = 200
_FEW_TREES: Final = 10
_FAR_OFF: Final = 0.015


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


def fitted_shape(
    kind: Kind, training: TrainingPeople, *, floor: float, seed: int, repeats: int = 1, quick: bool = False,
    is_calibrated: bool = True,
) -> Shape:  # fmt: skip
    """Fit a kind of shape; ``quick`` grows few trees, for comparisons."""
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


def chosen_shape(training: TrainingPeople, fit: Fit, schema: Schema, seed: int) -> tuple[Kind, float]:
    """Return the simplest kind than which no other is surely better on held-out halves of people.

    Returns:
        The kind, and the share by which its CRPS is less than that of the simplest kind.
    """
    kinds = list(_kinds(schema, len(np.unique(training.people))))
    losses = {number: np.zeros(len(training)) for number in range(len(kinds))}
    for split in range(SPLITS):
        which = parts_of_people(training.people, 2, seed + split)
        halves = [(training[np.flatnonzero(which != part)], np.flatnonzero(which == part)) for part in (0, 1)]
        for number, total in losses.items():
            simpler = [loss for at, loss in losses.items() if at < number]
            if split == 0 and kinds[number].trees and _is_far_off(training, *halves[0], kinds[number], fit, simpler):
                total[:] = np.inf
                continue
            for seen, held in halves:
                table = fit(kinds[number], seen, quick=True).quantiles_at(training.features[held], LEVELS[None])
                total[held] += crps(training.charges[held], table)
        least = min(map(training.loss, losses.values()))
        hopeful = least * (1 + HOPELESS)
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
    fit: Fit,
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
    table = fit(kind, seen, quick=True, is_calibrated=False).quantiles_at(training.features[held], LEVELS[None])
    there, loss = training[held], crps(training.charges[held], table)
    return there.loss(loss) > min(there.loss(losses[held]) for losses in simpler) * (1 + _FAR_OFF)
