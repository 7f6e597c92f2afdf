"""Exact Shapley values over the six facts."""

from __future__ import annotations

from math import factorial
from typing import TYPE_CHECKING, Final

from domain.beneficiary import FACTS

if TYPE_CHECKING:
    from collections.abc import Sequence

COALITIONS: Final = 1 << len(FACTS)
"""Number of subsets of the facts. Coalition ``c`` knows fact ``i`` if bit ``i`` of ``c`` is set."""


def shapley_values(worth: Sequence[float]) -> tuple[float, ...]:
    """Share the difference between knowing all facts and knowing none out to the facts.

    Shapley (1953), "A value for n-person games", the formula of its theorem; as attributions of a prediction:
    Štrumbelj and Kononenko (2014), "Explaining prediction models and individual predictions with feature
    contributions". Every order in which facts can become known counts alike.

    Args:
        worth: the expected cost in USD for each of the 64 `COALITIONS`.

    Returns:
        USD for each of the `FACTS`, in their order; they add up to ``worth[63] - worth[0]``.

    >>> shapley_values([60.0 * bin(c).count("1") for c in range(64)])
    (60.0, 60.0, 60.0, 60.0, 60.0, 60.0)
    """
    players = len(FACTS)
    if len(worth) != COALITIONS:
        message = f"there are {COALITIONS} coalitions of {players} facts, not {len(worth)}"
        raise ValueError(message)
    values = [0.0] * players
    for coalition in range(COALITIONS):
        size = coalition.bit_count()
        if size == players:
            continue
        weight = factorial(size) * factorial(players - size - 1) / factorial(players)
        for player in range(players):
            if not coalition >> player & 1:
                values[player] += weight * (worth[coalition | 1 << player] - worth[coalition])
    return tuple(round(value, 9) for value in values)
