"""Amounts of money in whole cents."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def cents_down(usd: float) -> float:
    """Round down to whole cents. Noise of the last float digits is not a cent.

    >>> cents_down(1234.5678), cents_down(0.07 * 3)
    (1234.56, 0.21)
    """
    return math.floor(round(usd * 100, 6)) / 100


def cents_up(usd: float) -> float:
    """Round up to whole cents. Noise of the last float digits is not a cent.

    >>> cents_up(1234.5612), cents_up(0.1 + 0.2)
    (1234.57, 0.3)
    """
    return math.ceil(round(usd * 100, 6)) / 100


def round_to_total(parts: Sequence[float], total: float) -> tuple[float, ...]:
    """Round dollars to cents so that they still add up to ``total``, itself rounded to cents.

    The largest remainders are rounded up (Hamilton's method). ``parts`` must add up to ``total``
    within a few cents.

    >>> round_to_total([0.333333, 0.333333, 0.333334], 1.0)
    (0.33, 0.33, 0.34)
    """
    floors = [math.floor(round(part * 100, 6)) for part in parts]
    missing = round(round(total, 2) * 100) - sum(floors)
    by_remainder = sorted(range(len(parts)), key=lambda i: floors[i] - parts[i] * 100)
    whole, extra = divmod(missing, len(parts))
    for i in range(len(parts)):
        floors[i] += whole
    for i in by_remainder[:extra]:
        floors[i] += 1
    return tuple(cents / 100 for cents in floors)
