"""Charts as strings of HTML and SVG: real words, colours that follow the theme, nothing to load.

Shapes go into an SVG that is stretched; words are HTML placed by per cent, so they never stretch.
"""

from __future__ import annotations

import math
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Final

from domain.cost import round_to_total

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domain.cost import CostDistribution
    from domain.prediction import Explanation
    from entrypoints.dashboard.words.speech import Words

_CELLS: Final = 180
"""Points of the curve."""
_COLUMNS: Final = 36
"""Columns that dots fall into."""
_TALLEST: Final = 6
"""Dots in one column; more spill into its neighbours."""
_PEOPLE: Final = 20
_MOST_TICKS: Final = 5
"""Steps between round numbers: more do not fit a phone."""
_NEAR_THE_EDGE: Final = 95
"""Percent of the width from where a label is written to the left of its place, to stay on the page."""
_FLIP: Final = 66.0
"""A label right of this per cent stands left of its line, so that it stays on the page …"""
_LEAN: Final = 36.0
"""… and a typical year's does so sooner where the other line would run through it,"""
_LEAN_WIDE: Final = 18.0
"""on a wide screen sooner still."""


def density(cost: CostDistribution, words: Words) -> str:
    """Draw a year's cost: a smoothed curve with its likely range, both averages, and 20 people as dots."""
    likely = cost.interval()
    scale = Scale(_nice(max(cost.quantile(0.99), cost.expected) * 1.04))
    heights = _smoothed(cost.quantiles, scale)
    top = max(heights)
    points = [(1000 * i / _CELLS, 200 - 190 * height / top) for i, height in enumerate(heights)]
    low, high = 10 * scale.percent(likely.low), 10 * scale.percent(likely.high)
    inside = [point for point in points if low <= point[0] <= high]
    wash = f"M{low:.1f},200 L{_path(inside)} L{high:.1f},200 Z" if inside else ""
    mean, median = scale.percent(cost.expected), scale.percent(cost.typical)
    seen = words(
        "spread.seen",
        typical=words.usd(cost.typical),
        expected=words.usd(cost.expected),
        low=words.usd(likely.low),
        high=words.usd(likely.high),
    )
    return (
        f'<div class="density" role="img" aria-label="{escape(seen)}">'
        f'<div class="plot"><svg viewBox="0 0 1000 200" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="wash" d="{wash}"/><path class="curve" d="M{_path(points)}"/></svg>'
        + _flag("expected", mean, words("spread.expected"), words.usd(cost.expected), "flipped" * (mean > _FLIP))
        + _flag("typical", median, words("spread.typical"), words.usd(cost.typical), _side(median, mean))
        + "</div>"
        + _dots(cost, scale)
        + f'<div class="axis">{"".join(_ticks(scale, words))}</div></div>'
    )


def waterfall(explanation: Explanation, words: Words) -> str:
    """Draw how the average person's dollars become this person's: a table whose bars are zoomed to the steps.

    All figures are rounded to $10 by largest remainder, so the column still adds up.
    """
    raw = [explanation.baseline, *(part.usd for part in explanation.contributions)]
    # a thousandth of a dollar amount has its cents where the amount has its tens
    start, *steps = (1000 * tens for tens in round_to_total([usd / 1000 for usd in raw], explanation.expected / 1000))
    levels = [start]
    for step in steps:
        levels.append(levels[-1] + step)
    low, high = min(levels), max(levels)
    room = max((high - low) * 0.06, 1.0)
    scale = Scale(high + room, low - room)
    rows = [_total("reasons.from", start, scale, words, "hollow")]
    for part, usd, before, after in zip(explanation.contributions, steps, levels, levels[1:], strict=False):
        left, right = sorted((scale.percent(before), scale.percent(after)))
        kind = "up" if usd > 0 else "down" if usd < 0 else "level"
        bar = f'<i class="bar {kind}" style="left:{left:.2f}%;width:{max(right - left, 0.4):.2f}%"></i>'
        rows.append(
            f'<tr><th scope="row">{escape(words("reason." + part.fact))}</th><td class="track">{bar}</td>'
            f'<td class="usd {kind}">{words.change(usd)}</td></tr>'
        )
    rows.append(_total("reasons.to", levels[-1], scale, words, "solid"))
    heads = "".join(
        f'<th scope="col" class="{kind}"><span>{escape(words(key))}</span></th>'
        for key, kind in (("reasons.fact", "fact"), ("reasons.chart", "drawn"), ("reasons.usd", "usd"))
    )
    return (
        f'<table class="waterfall" style="--from:{scale.percent(start):.2f}%">'
        f'<caption class="veiled">{escape(words("reasons.caption"))}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


class Scale:
    """Dollars, or another number, to per cent of the width or height."""

    def __init__(self, high: float, low: float = 0.0) -> None:
        self.low, self.high = low, high

    def percent(self, usd: float) -> float:
        """Say where a number lies: 0 at the low end, 100 at the high end."""
        return 100 * (usd - self.low) / (self.high - self.low)


def _nice(high: float) -> float:
    """Leave the axis some room: at least $1,000 wide."""
    return max(high, 1000.0)


def _smoothed(quantiles: Sequence[float], scale: Scale) -> list[float]:
    """Give the curve's height over even cells: a Gaussian kernel on the quantiles, an 80th of the axis wide.

    A pile of equal costs so becomes a narrow hill rather than a line of no width.
    """
    cells = [0.0] * (_CELLS + 1)
    width = _CELLS / 80
    reach = math.ceil(4 * width)
    for usd in quantiles:
        centre = _CELLS * scale.percent(usd) / 100
        for i in range(max(0, math.floor(centre) - reach), min(_CELLS, math.ceil(centre) + reach) + 1):
            cells[i] += math.exp(-0.5 * ((i - centre) / width) ** 2)
    return cells


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " L".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _flag(kind: str, percent: float, label: str, usd: str, side: str) -> str:
    return (
        f'<div class="flag {kind} {side}" style="left:{percent:.2f}%">'
        f"<span>{escape(label)} <b>{escape(usd)}</b></span></div>"
    )


def _side(percent: float, other: float) -> str:
    """Say where the lower label stands, so that the other line does not run through it."""
    if percent > (_LEAN if other > percent else _FLIP):
        return "flipped"
    return "flipped-if-wide" if other > percent > _LEAN_WIDE else ""


def _dots(cost: CostDistribution, scale: Scale) -> str:
    """Draw 20 people: the middles of 20 equal shares, the first and last of them outside the likely range."""
    people = [cost.quantile((i + 0.5) / _PEOPLE) for i in range(_PEOPLE)]
    places = list(_piled([min(int(_COLUMNS * scale.percent(usd) / 100), _COLUMNS - 1) for usd in people]))
    dots = (
        f'<i class="dot{" hollow" if i in (0, _PEOPLE - 1) else ""}"'
        f' style="left:{100 * (column + 0.5) / _COLUMNS:.2f}%;--row:{row}"></i>'
        for i, (column, row) in enumerate(places)
    )
    return f'<div class="dots" style="--rows:{1 + max(row for _, row in places)}">{"".join(dots)}</div>'


def _piled(columns: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give each dot its column and row: equal columns pile up, high piles spill evenly to both sides."""
    free = 0
    for column, group in groupby(columns):
        crowd = len(list(group))
        broad = math.ceil(crowd / _TALLEST)
        tall = math.ceil(crowd / broad)
        first = min(max(column - (broad - 1) // 2, free), _COLUMNS - broad)
        free = first + broad
        for i in range(crowd):
            yield first + i // tall, i % tall


def round_steps(high: float) -> Sequence[float]:
    """Give two to six round numbers from 0 to ``high``, evenly apart.

    >>> round_steps(23_500.0)
    [0, 5000, 10000, 15000, 20000]
    """
    step = next(
        size * 10**power for power in range(2, 9) for size in (1, 2, 2.5, 5) if high / (size * 10**power) <= _MOST_TICKS
    )
    return [i * step for i in range(int(high / step) + 1)]


def _ticks(scale: Scale, words: Words) -> Iterator[str]:
    for usd in round_steps(scale.high):
        percent = scale.percent(usd)
        place = " start" if usd == 0 else " end" if percent > _NEAR_THE_EDGE else ""
        yield f'<span class="tick{place}" style="left:{percent:.2f}%">{words.thousands(usd)}</span>'


def _total(key: str, usd: float, scale: Scale, words: Words, kind: str) -> str:
    point = f'<i class="point {kind}" style="left:{scale.percent(usd):.2f}%"></i>'
    return (
        f'<tr class="total"><th scope="row">{escape(words(key))}</th><td class="track">{point}</td>'
        f'<td class="usd">{words.usd(usd)}</td></tr>'
    )
