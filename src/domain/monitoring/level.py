"""A repeated test of whether the level of costs has moved away from the predictions, as outcomes come in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import exp, inf, log, log1p, pi, sqrt
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

LEVEL: Final = (0.95, 1.05)
"""Predicted over observed cost that is right enough."""
FEWEST_FOR_LEVEL: Final = 100
"""Outcomes from which a sum of costs says something: the interval below is one of the limit of many."""
CHANCE: Final = 0.01
"""Chance of any false alarm while a model is champion, however often one looks."""
_TIGHTEST: Final = 1000
"""Outcomes at which the interval is tightest for its chance."""
_SMALLEST: Final = 0.01
_MOST: Final = 10_000_000
_HALVINGS: Final = 16


class LevelState(StrEnum):
    """What outcomes say of the level of costs."""

    HOLDS = "holds"
    SHIFTED = "shifted"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLevel:
    """Predicted over observed cost of the outcomes that came in.

    Args:
        since: outcomes recorded from then on are counted.
        outcomes: the number of them.
        ratio: sum of expected over sum of real costs; None if there were none or they are zero.
        low: lower end of an interval that holds the true ratio at each look at once, but for a chance of 1 % while the
            model is champion.
        high: upper end; None where it has no bound.
        needed: about how many more outcomes are needed for a conclusion; 0 where there is one.
        state: whether the interval lies within `LEVEL`, outside, or neither.
    """

    since: datetime
    outcomes: int
    ratio: float | None
    low: float
    high: float | None
    needed: int
    state: LevelState

    @classmethod
    def of(cls, expected: Sequence[float], costs: Sequence[float], *, since: datetime, sequence: int = 1) -> Self:
        """Judge the level of costs.

        The interval is an asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024,
        "Time-uniform central limit theory and asymptotic confidence sequences", Theorem 2.2) of what people really cost
        per unit of what was expected of them, linearised as a ratio of sums.

        Args:
            expected: what was expected of each person whose outcome came in.
            costs: what the year really cost.
            since: when the first of these outcomes may have come in.
            sequence: see `begin`.

        >>> from datetime import UTC
        >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
        >>> right = CostLevel.of([100.0] * 400, [90.0, 110.0] * 200, since=noon)
        >>> right.state.value, right.needed
        ('holds', 0)
        >>> dear = CostLevel.of([100.0] * 400, [110.0, 130.0] * 200, since=noon)
        >>> dear.state.value, round(dear.ratio or 0, 3)
        ('shifted', 0.833)
        """
        count, predicted, observed = len(costs), sum(expected), sum(costs)
        ratio = predicted / observed if observed > 0 else None
        if count < FEWEST_FOR_LEVEL or ratio is None or predicted <= 0:
            needed = max(FEWEST_FOR_LEVEL - count, 1)
            state = LevelState.UNCLEAR
            return cls(since=since, outcomes=count, ratio=ratio, low=0.0, high=None, needed=needed, state=state)
        real = observed / predicted
        spread = sqrt(
            sum((cost - real * prediction) ** 2 for prediction, cost in zip(expected, costs, strict=True)) / (count - 1)
        )
        spread *= count / predicted
        chance = CHANCE * 6 / (pi * sequence) ** 2
        half = spread * half_width(count, chance)
        low, high = 1 / (real + half), 1 / (real - half) if real > half else inf
        state = LevelState.UNCLEAR
        if low > LEVEL[1] or high < LEVEL[0]:
            state = LevelState.SHIFTED
        elif low >= LEVEL[0] and high <= LEVEL[1]:
            state = LevelState.HOLDS
        needed = 0
        if state is LevelState.UNCLEAR:
            apart = max(min(abs(ratio - end) for end in LEVEL), _SMALLEST)
            # half the width of the ratio is that of its inverse times the square of the ratio
            needed = max(_outcomes_for(apart / (spread * ratio**2), chance) - count, 1)
        return cls(
            since=since,
            outcomes=count,
            ratio=ratio,
            low=low,
            high=None if high == inf else high,
            needed=needed,
            state=state,
        )


def begin(start: datetime, now: datetime, window: timedelta) -> tuple[datetime, int]:
    """Return when the sequence of outcomes that is looked at now began, and its number from 1.

    A sequence begins each ``window`` after the start and is looked at for two of them: a shift is not drowned in years
    of costs that were right. The k-th has the share 6 / (pi k)² of the chance of a false alarm: together they have all
    of it, as the squares' reciprocals sum to pi² / 6.
    """
    past = max(int((now - start) / window), 0)
    sequence = max(past, 1)
    return start + (sequence - 1) * window, sequence


def half_width(count: int, chance: float) -> float:
    """Return half the width of the confidence sequence of a mean of so many draws with standard deviation 1."""
    ease = _ease(chance) * count
    return sqrt(2 * (ease + 1) / (count * ease) * (log1p(ease) / 2 - log(chance)))


def _ease(chance: float) -> float:
    """Return rho² of the sequence, so that it is tightest at `_TIGHTEST` (there, appendix B.2)."""
    most = -2 * log(chance)
    return (most + log1p(most)) / _TIGHTEST


def _outcomes_for(width: float, chance: float) -> int:
    """Return at how many outcomes half the width is no more than this, by bisection of its falling."""
    low, high = log(FEWEST_FOR_LEVEL), log(_MOST)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if half_width(round(exp(middle)), chance) <= width else (middle, high)
    return round(exp(high))
