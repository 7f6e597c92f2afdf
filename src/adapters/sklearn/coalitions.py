"""The people that a coalition of facts must be tried on, each once."""

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
"""Facts up to which all coalitions are tried: of one fact more a boosted model takes over 150 ms (docs/adr/0046)."""


@dataclass(frozen=True, slots=True)
class Coalitions:
    """For each coalition the background rows that differ in a fact it does not know; k in all.

    Background rows that are alike in every fact that a coalition does not know become one and the same person once the
    facts that it knows are filled in, whoever is asked about: they are tried once and count as often as they stand
    there. Of a hundred rows, whose sexes and regions repeat, that leaves seven questions in ten.

    Args:
        starts: where the rows of each coalition begin, 2^width.
        known: which facts its coalition knows, k x width.
        rows: the background row, k x width.
        shares: the share of the background that it stands for, k; they add up to 1 for each coalition.
    """

    starts: NDArray[np.intp]
    known: NDArray[np.bool_]
    rows: Floats
    shares: Floats

    @classmethod
    def of(cls, background: Floats) -> Self:
        """Find those that differ among background rows, m x width."""
        width = background.shape[1]
        coalitions = (np.arange(1 << width)[:, None] >> np.arange(width) & 1).astype(bool)
        found = [
            np.unique(np.where(known, 0.0, background), axis=0, return_index=True, return_counts=True)
            for known in coalitions
        ]
        sizes = np.array([len(firsts) for _, firsts, _ in found])
        firsts = np.concatenate([firsts for _, firsts, _ in found])
        counts = np.concatenate([counts for _, _, counts in found])
        starts = np.cumsum(sizes) - sizes
        return cls(starts, np.repeat(coalitions, sizes, axis=0), background[firsts], counts / len(background))

    def worth(self, row: Floats, expected: Callable[[Floats], Floats]) -> Floats:
        """Give what each coalition makes of a row: the mean over the background, in USD.

        Args:
            row: the facts of one person.
            expected: gives USD for n rows.
        """
        costs = expected(np.where(self.known, row, self.rows))
        return np.add.reduceat(self.shares * costs, self.starts)

    def contributions(
        self, row: Floats, expected: Callable[[Floats], Floats]
    ) -> tuple[float, tuple[float, ...], tuple[float, ...]]:
        """Return the background's mean and what each fact adds to it, exactly; there are no standard errors."""
        worth = self.worth(row, expected)
        return float(worth[0]), shapley_values(worth.tolist()), ()
