"""Shapley values estimated over a seeded sample of the orders in which facts are revealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_SEED: Final = 1953
_QUESTIONS: Final = 16_000
"""About the number of people to evaluate for one explanation, which takes a boosted model 50 ms."""


@dataclass(frozen=True, slots=True)
class Orders:
    """Pairs of an order of the facts and its reverse, each for one background row.

    The mean over all orders and all background rows is the exact Shapley value. An order and its reverse together
    scatter less than two orders (Mitchell, Cooper, Frank and Holmes 2022, "Sampling permutations for Shapley value
    estimation", section 3). Each background row has equally many pairs, so that the values add up exactly.

    Args:
        orders: the columns of the facts in the order in which they are revealed, pairs x 2 x width.
        revealed: the facts that are revealed at each step, pairs x 2 x (width + 1) rows of width.
        rows: the background row of each step.
    """

    orders: NDArray[np.intp]
    revealed: NDArray[np.bool_]
    rows: Floats

    @classmethod
    def of(cls, background: Floats) -> Self:
        """Draw orders for background rows, m x width; the same for the same number of rows and facts."""
        count, width = background.shape
        rounds = max(1, _QUESTIONS // (2 * count * (width + 1)))
        draw = np.random.default_rng(_SEED)
        forth = draw.permuted(np.tile(np.arange(width), (count * rounds, 1)), axis=1)
        orders = np.stack([forth, forth[:, ::-1]], axis=1)
        places = np.argsort(orders, axis=2)  # the step at which each fact is revealed
        revealed = places[:, :, None, :] < np.arange(width + 1)[:, None]
        rows = np.repeat(np.tile(background, (rounds, 1)), 2 * (width + 1), axis=0)
        return cls(orders, revealed.reshape(-1, width), rows)

    def contributions(
        self, row: Floats, expected: Callable[[Floats], Floats]
    ) -> tuple[float, tuple[float, ...], tuple[float, ...]]:
        """Return the background's mean, the contribution of each fact, and the standard error of each contribution.

        Args:
            row: the facts of one person.
            expected: gives the expected cost of n rows.
        """
        pairs, _, width = self.orders.shape
        costs = expected(np.where(self.revealed, row, self.rows)).reshape(pairs, 2, width + 1)
        added = np.empty((pairs, 2, width))
        np.put_along_axis(added, self.orders, np.diff(costs, axis=2), axis=2)
        of_pairs = added.mean(axis=1)
        errors = of_pairs.std(axis=0, ddof=1) / np.sqrt(pairs) if pairs > 1 else np.full(width, np.nan)
        return float(costs[:, :, 0].mean()), tuple(of_pairs.mean(axis=0).tolist()), tuple(errors.tolist())
