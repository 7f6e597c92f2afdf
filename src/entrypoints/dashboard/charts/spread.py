"""Charts of the distribution of a year's cost: twenty people as dots at their costs, and the likely range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from entrypoints.dashboard.charts.drawing import money_scale, ticks
from entrypoints.dashboard.elements import element, mark, paragraph, together
from entrypoints.dashboard.widgets.summary import Shape, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markupsafe import Markup

    from domain.costs.distribution import CostDistribution
    from entrypoints.dashboard.locale.speech import Words

_PEOPLE: Final = 20
_DOT: Final = 2.4
"""Width of a dot at most, per cent of the chart's; the style sheet says it, too."""
_FLIP: Final = 66.0
"""A label right of this per cent stands left of its line, so that it stays on the page …"""
_LEAN: Final = 36.0
"""… and a typical year's does so sooner where the other line would run through it,"""
_LEAN_WIDE: Final = 24.0
"""on a wide screen sooner still."""


@dataclass(frozen=True)
class Person:
    """One of twenty people: their cost in USD, and whether it lies in the likely range."""

    usd: float
    inside: bool


def people(cost: CostDistribution) -> list[Person]:
    """Return twenty people in rising order: the middles of twenty equal shares of the distribution."""
    likely = cost.interval()
    costs = (cost.quantile((i + 0.5) / _PEOPLE) for i in range(_PEOPLE))
    return [Person(usd, likely.low <= usd <= likely.high) for usd in costs]


def spread(cost: CostDistribution, words: Words, axis: str) -> Markup:
    """Draw the distribution of a year's cost with a lead and a caption; ``axis`` is the axis title."""
    some, likely = people(cost), cost.interval()
    inside = sum(person.inside for person in some)
    scale = money_scale(cost.expected, likely.high, some[-1].usd)
    values = {
        "low": words.money(likely.low),
        "high": words.money(likely.high),
        "inside": inside,
        "people": _PEOPLE,
    }
    seen = words("spread.seen", typical=words.money(cost.typical), expected=words.money(cost.expected), **values)
    mean, median = scale.percent(cost.expected), scale.percent(cost.typical)
    places = list(_stacked([scale.percent(person.usd) for person in some]))
    dots = [
        element("i", classes="dot" if person.inside else "dot hollow", style=f"left:{left:.2f}%;--row:{row}")
        for person, (left, row) in zip(some, places, strict=True)
    ]
    left, right = scale.percent(likely.low), scale.percent(likely.high)
    hollow = _PEOPLE - inside
    outside = words("spread.outside", count=hollow) if hollow else words("spread.outside.none")
    lead = "spread.lead.most" if shape_of(cost) in (Shape.MOST, Shape.FREE, Shape.LITTLE) else "spread.lead"
    plot = element(
        "div",
        mark("likely", left, width=right - left),
        _flag("expected", mean, words("history.expected"), words.money(cost.expected), "flipped" * (mean > _FLIP)),
        _flag("typical", median, words("spread.typical"), words.money(cost.typical), _side(median, mean)),
        *dots,
        classes="plot",
        style=f"--rows:{1 + max(row for _, row in places)}",
    )
    scaled = element("div", *ticks(scale, words), classes="axis"), paragraph(axis, "axis-title")
    return together(
        element("div", plot, *scaled, classes="density", role="img", aria_label=seen),
        paragraph(f"{words(lead)} {words('spread.dots', **values)} {outside}", "hint"),
    )


def small(cost: CostDistribution) -> Markup:
    """Draw the distribution in a line without text, for places that state the figures beside it."""
    some, likely = people(cost), cost.interval()
    scale = money_scale(cost.expected, likely.high, some[-1].usd)
    left, right = scale.percent(likely.low), scale.percent(likely.high)
    dots = [mark("dot" if person.inside else "dot hollow", scale.percent(person.usd)) for person in some]
    shown = mark("likely", left, width=right - left), *dots, mark("typical", scale.percent(cost.typical))
    return element("span", *shown, classes="strip", aria_hidden="true")


def _stacked(percents: Sequence[float]) -> Iterator[tuple[float, int]]:
    """Return the position and row of each dot: dots that would overlap are stacked, and none moves sideways."""
    ends: list[float] = []
    for percent in percents:
        row = next((row for row, end in enumerate(ends) if percent >= end), len(ends))
        ends[row : row + 1] = [percent + _DOT]
        yield percent, row


def _flag(kind: str, percent: float, label: str, usd: str, side: str) -> Markup:
    text = element("span", label, " ", element("b", usd))
    return element("div", text, classes=f"flag {kind} {side}", style=f"left:{percent:.2f}%")


def _side(percent: float, other: float) -> str:
    """Say where the lower label stands, so that the other line does not run through it."""
    if percent > (_LEAN if other > percent else _FLIP):
        return "flipped"
    return "flipped-if-wide" if other > percent > _LEAN_WIDE else ""
