"""Checks of the gate, and the tolerance for figures that are measured on few people."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domain.models.scores import PredictiveRatio


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the gate with its result and the numbers behind it.

    ``detail`` says in English what ``value`` was and which values from ``low`` to ``high`` are allowed. A bound that is
    None does not exist; verdicts of earlier releases have none of these numbers. ``interval`` is the 95 % interval of
    the value, simultaneous with those of the same kind: the check passes if the interval reaches the allowed values. An
    end of the interval that is None is unbounded.
    """

    name: str
    passed: bool
    detail: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    interval: tuple[float | None, float | None] | None = None

    @property
    def lenient(self) -> bool:
        """Return whether the check passed only because the 95 % interval of the value reaches allowed values."""
        return self.passed and self.value is not None and not _inside(self.value, self.low, self.high)


def coverages(parts: Mapping[str, tuple[float, int | None]], bounds: tuple[float, float]) -> Iterator[Check]:
    """Check that coverages may lie within bounds, given the number of people of each, None if not counted."""
    for name, (coverage, people) in parts.items():
        yield within(name, coverage, bounds, wilson(coverage, people, among=len(parts)) if people else None)


def ratios(parts: Mapping[str, PredictiveRatio], bounds: tuple[float, float], *, among: int) -> Iterator[Check]:
    """Check that predictive ratios may lie within bounds; a part without any cost has no ratio and no check.

    Args:
        parts: ratios by the names of their checks.
        bounds: lowest and highest allowed ratio.
        among: the number of ratios that are checked in all.
    """
    for name, ratio in parts.items():
        if ratio.ratio is not None:
            yield within(name, ratio.ratio, bounds, _stretched(ratio, among=among))


def within(
    name: str,
    value: float,
    bounds: tuple[float, float],
    interval: tuple[float | None, float | None] | None,
) -> Check:
    """Check that a value lies within bounds, or its 95 % interval, if there is one, reaches into them."""
    low, high = bounds
    detail = f"{name} {value:.3f}, allowed {low:.2f} to {high:.2f}"
    inside = _inside(value, low, high)
    if inside or interval is None:
        return Check(name, inside, detail, value, low, high, interval)
    least, most = interval
    reaches = (least is None or least <= high) and (most is None or most >= low)
    detail += f"; its 95 % interval, {_end(least)} to {_end(most)}, "
    detail += "reaches into that: too few people to refuse it" if reaches else "lies outside as well"
    return Check(name, reaches, detail, value, low, high, interval)


def _inside(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or low <= value) and (high is None or value <= high)


def _end(value: float | None) -> str:
    return "any figure" if value is None else f"{value:.3f}"


def wilson(share: float, people: int, *, among: int = 1) -> tuple[float, float]:
    """Return the 95 % interval of a share that was observed among some people (Wilson 1927).

    Args:
        share: from 0 to 1.
        people: number of people.
        among: the number of shares whose intervals hold simultaneously with 95 % (Bonferroni).

    >>> [round(end, 3) for end in wilson(0.8, 50)]
    [0.67, 0.888]
    """
    z = _z(among)
    middle = share + z * z / (2 * people)
    width = z * sqrt(share * (1 - share) / people + (z / (2 * people)) ** 2)
    return (middle - width) / (1 + z * z / people), (middle + width) / (1 + z * z / people)


def _stretched(ratio: PredictiveRatio, *, among: int) -> tuple[float, float | None] | None:
    """Return the interval of one of several ratios, widened to hold simultaneously with about 95 % (Bonferroni)."""
    if ratio.ratio is None or ratio.low is None:
        return None
    power, middle = _z(among) / _z(1), ratio.ratio

    def stretched(end: float) -> float:
        return middle * (end / middle) ** power if middle else 0.0

    return stretched(ratio.low), None if ratio.high is None else stretched(ratio.high)


def _z(among: int) -> float:
    return NormalDist().inv_cdf(1 - 0.025 / among)


def at_most(name: str, value: float, bound: float) -> Check:
    """Check that a value is no more than a bound."""
    return Check(name, value <= bound, f"{name} {value:.2f}, allowed {bound:g}", value, high=bound)
