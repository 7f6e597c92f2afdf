"""Exact Shapley values over a few facts."""

from __future__ import annotations

from math import factorial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def shapley_values(worth: Sequence[float]) -> tuple[float, ...]:
    """Share the difference between knowing all facts and knowing none out to the facts.

    Shapley (1953), "A value for n-person games", the formula of its theorem; as attributions of a prediction:
    Štrumbelj and Kononenko (2014), "Explaining prediction models and individual predictions with feature
    contributions". Every order in which facts can become known counts alike.

    Args:
        worth: the expected cost for each of the 2^n coalitions of n facts. Coalition ``c`` knows fact ``i`` if bit
            ``i`` of ``c`` is set.

    Returns:
        The money for each of the n facts, in their order; it adds up to ``worth[-1] - worth[0]``.

    Raises:
        ValueError: if the number of coalitions is no power of two.

    >>> shapley_values([60.0 * bin(c).count("1") for c in range(64)])
    (60.0, 60.0, 60.0, 60.0, 60.0, 60.0)
    """
    players = len(worth).bit_length() - 1
    if len(worth) != 1 << players:
        message = f"there are 2^n coalitions of n facts, not {len(worth)}"
        raise ValueError(message)
    values = [0.0] * players
    for coalition in range(len(worth)):
        size = coalition.bit_count()
        if size == players:
            continue
        weight = factorial(size) * factorial(players - size - 1) / factorial(players)
        for player in range(players):
            if not coalition >> player & 1:
                values[player] += weight * (worth[coalition | 1 << player] - worth[coalition])
    return tuple(round(value, 9) for value in values)
