"""Questions of the gate, and when a figure that is known from few people counts as allowed."""

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
    """One question of the gate with its answer and the numbers behind it.

    ``detail`` says in English what ``value`` was and which values from ``low`` to ``high`` are allowed. None: there is
    no such bound; verdicts from before these numbers were kept have none of them. ``interval`` is the 95 % interval of
    the value, together with those of the same kind: the check passes if the interval reaches what is allowed. An end
    that is None has no bound.
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
        """Return whether the value is not allowed, and the check passed because the 95 % interval reaches what is."""
        return self.passed and self.value is not None and not _inside(self.value, self.low, self.high)


def coverages(parts: Mapping[str, tuple[float, int | None]], bounds: tuple[float, float]) -> Iterator[Check]:
    """Ask whether coverages may lie within bounds, each known from so many people: None if not counted."""
    for name, (coverage, people) in parts.items():
        yield within(name, coverage, bounds, wilson(coverage, people, among=len(parts)) if people else None)


def ratios(parts: Mapping[str, PredictiveRatio], bounds: tuple[float, float], *, among: int) -> Iterator[Check]:
    """Ask whether predictive ratios may lie within bounds; where nothing was spent there is none.

    Args:
        parts: ratios by the names of their checks.
        bounds: lowest and highest that is allowed.
        among: so many ratios are asked about in all.
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
    """Ask whether a value lies within bounds, or its 95 % interval, if it is known, reaches into them."""
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
    """Return the 95 % interval of a share that was seen among so many people (Wilson 1927).

    Args:
        share: from 0 to 1.
        people: how many.
        among: of so many shares all intervals hold together with 95 % (Bonferroni).

    >>> [round(end, 3) for end in wilson(0.8, 50)]
    [0.67, 0.888]
    """
    z = _z(among)
    middle = share + z * z / (2 * people)
    width = z * sqrt(share * (1 - share) / people + (z / (2 * people)) ** 2)
    return (middle - width) / (1 + z * z / people), (middle + width) / (1 + z * z / people)


def _stretched(ratio: PredictiveRatio, *, among: int) -> tuple[float, float | None] | None:
    """Return the interval of one of several ratios, widened so that all hold together with about 95 % (Bonferroni)."""
    if ratio.ratio is None or ratio.low is None:
        return None
    power = _z(among) / _z(1)
    low = ratio.ratio * (ratio.low / ratio.ratio) ** power if ratio.ratio else 0.0
    return low, None if ratio.high is None else ratio.ratio * (
        ratio.high / ratio.ratio
    ) ** power if ratio.ratio else 0.0


def _z(among: int) -> float:
    return NormalDist().inv_cdf(1 - 0.025 / among)


def at_most(name: str, value: float, bound: float) -> Check:
    """Ask whether a value is no more than a bound."""
    return Check(name, value <= bound, f"{name} {value:.2f}, allowed {bound:g}", value, high=bound)
