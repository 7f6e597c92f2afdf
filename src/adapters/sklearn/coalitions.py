"""The people on which each coalition of facts is evaluated, without repetitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from domain.costs.shapley import shapley_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST_EXACT: Final = 8
"""The most facts of which all coalitions are evaluated: one more takes a boosted model over 150 ms (ADR 46)."""


@dataclass(frozen=True, slots=True)
class Coalitions:
    """The background rows of each coalition that differ in a fact outside of it, k in all.

    Background rows that are equal in every fact outside of a coalition become the same person once the coalition's
    facts are filled in: they are evaluated once, weighted by their number. Of a hundred rows, whose sexes and regions
    repeat, that leaves seven evaluations in ten.

    Args:
        starts: where the rows of each coalition begin, 2^width.
        members: the facts of the row's coalition, k x width.
        rows: the background row, k x width.
        shares: the share of the background that the row stands for, k; they add up to 1 for each coalition.
    """

    starts: NDArray[np.intp]
    members: NDArray[np.bool_]
    rows: Floats
    shares: Floats

    @classmethod
    def of(cls, background: Floats) -> Self:
        """Find the different rows of each coalition among background rows, m x width."""
        width = background.shape[1]
        coalitions = (np.arange(1 << width)[:, None] >> np.arange(width) & 1).astype(bool)
        distinct = [
            np.unique(np.where(members, 0.0, background), axis=0, return_index=True, return_counts=True)
            for members in coalitions
        ]
        sizes = np.array([len(firsts) for _, firsts, _ in distinct])
        firsts = np.concatenate([firsts for _, firsts, _ in distinct])
        counts = np.concatenate([counts for _, _, counts in distinct])
        starts = np.cumsum(sizes) - sizes
        return cls(starts, np.repeat(coalitions, sizes, axis=0), background[firsts], counts / len(background))

    def worth(self, row: Floats, expected: Callable[[Floats], Floats]) -> Floats:
        """Return the worth of each coalition for a row: the mean over the background, in USD.

        Args:
            row: the facts of one person.
            expected: returns the expected cost of n rows, in USD.
        """
        costs = expected(np.where(self.members, row, self.rows))
        return np.add.reduceat(self.shares * costs, self.starts)

    def contributions(
        self, row: Floats, expected: Callable[[Floats], Floats]
    ) -> tuple[float, tuple[float, ...], tuple[float, ...]]:
        """Return the background's mean and what each fact adds to it, exactly; there are no standard errors."""
        worth = self.worth(row, expected)
        return float(worth[0]), shapley_values(worth.tolist()), ()
