"""Cost along one fact: the typical year as a line, the likely range as a band, the person as a point; and a table."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from entrypoints.dashboard.charts.drawing import Scale, field_of_view, numbers, round_steps
from entrypoints.dashboard.elements import cell, element, mark, paragraph, row, together
from entrypoints.dashboard.widgets.cards import no_cost
from entrypoints.dashboard.widgets.fact_fields import around, slider, step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.distribution import CostDistribution
    from domain.people.beneficiary import Beneficiary
    from domain.people.fact import Fact, Value
    from entrypoints.dashboard.locale.speech import Words
    from entrypoints.dashboard.widgets.fact_fields import Ranges

_HEIGHT: Final = 200
"""Height of the drawing in its own units."""
_POINTS: Final = 50
"""Approximate number of values at which the cost is estimated."""
_TICKS: Final = 6
_MIDDLE: Final = 50.0
"""Per cent of an axis."""
_STEP: Final = 0.1
"""A jump is at least this share of the typical year before or after it, the larger one,"""
_STEEP: Final = 5.0
"""and at least this many times the usual difference between two neighbours."""


def along(who: Beneficiary, fact: Fact, learnt: Ranges) -> tuple[Beneficiary, ...]:
    """Return the person at round values of a number over its range in the data, and at their own, in rising order.

    Where that is not known, the range is between the limits of the fact. Where it has no two limits, see `around`.
    """
    own = who[fact.name]
    value = 0.0 if own is None else float(own)
    low, high = slider(fact, learnt) or around(fact, value)
    size = step(fact, low, high, _POINTS)
    first, last = round(low / size), round(high / size)
    values = {float(f"{size * place:.10g}") for place in range(first, last + 1)} | {low, high}
    values = {number for number in values if low <= number <= high} | ({value} if own is not None else set[float]())
    return tuple(who.changed(**{fact.name: _exact(float(number), own)}) for number in sorted(values))


def band(fact: Fact, points: Sequence[tuple[float, CostDistribution]], own: Value, words: Words, axis: str) -> Markup:
    """Draw the cost along a numeric fact.

    Args:
        fact: the number along which the cost is drawn.
        points: value of the fact and cost there, in rising order, ``own`` among them if it is given.
        own: the person's value.
        words: the words of the visit.
        axis: names the axis of costs.
    """
    across = Scale(points[-1][0], points[0][0])
    ranges = [(value, cost.typical, cost.interval()) for value, cost in points]
    up = Scale(max(likely.high for _, _, likely in ranges) * 1.04)

    def place(value: float, amount: float) -> str:
        return f"{10 * across.percent(value):.1f},{_HEIGHT - _HEIGHT * up.percent(amount) / 100:.1f}"

    line = " L".join(place(value, amount) for value, amount, _ in ranges)
    top = " L".join(place(value, likely.high) for value, _, likely in ranges)
    bottom = " L".join(place(value, likely.low) for value, _, likely in reversed(ranges))
    levels = [(words.thousands(amount), up.percent(amount)) for amount in round_steps(up.high)]
    every = step(fact, across.low, across.high, _TICKS)
    first = -(-across.low // every) * every
    values = [first + i * every for i in range(int((across.high - first) / every + 1e-9) + 1)]
    ticks = [(words.number(value), across.percent(value)) for value in values]
    unit = words.unit(fact)
    paths = [("wash", f"M{top} L{bottom} Z"), ("rim", f"M{top}"), ("rim", f"M{bottom}"), ("curve", f"M{line}")]
    drawn = field_of_view(paths, levels, ticks, _HEIGHT, _point(fact, ranges, own, words, across, up))
    title = paragraph(words.label(fact) + (f", {unit}" if unit else ""), "axis-title")
    return together(
        paragraph(axis, "axis-title above"),
        element("div", drawn, title, classes="band", role="img", aria_label=_seen(fact, ranges, own, words)),
        _jump(fact, ranges, words),
        paragraph(words("curve.legend" if own is not None else "curve.none"), "hint"),
        _table(fact, ranges, [cost.zero for _, cost in points], own, words),
    )


def jump(typical: Sequence[float]) -> int | None:
    """Return the place after which a curve jumps most; None where it rises and falls evenly.

    >>> jump([100, 110, 120, 220, 230, 240]), jump([100, 120, 140, 160]), jump([0, 0, 0])
    (2, None, None)
    """
    steps = [abs(after - before) for before, after in pairwise(typical)]
    if not steps:
        return None
    place = max(range(len(steps)), key=steps.__getitem__)
    usual = sorted(steps)[len(steps) // 2]
    least = max(_STEP * max(typical[place], typical[place + 1]), _STEEP * usual)
    return place if steps[place] and steps[place] >= least else None


def _jump(fact: Fact, ranges: Sequence[tuple], words: Words) -> Markup:
    """Return a sentence on the jump of a curve, or that there is none."""
    place = jump([typical for _, typical, _ in ranges])
    if place is None:
        return paragraph(words("curve.smooth", fact=words.short(fact)), "hint")
    (low, before, _), (high, after, _) = ranges[place : place + 2]
    ends = {"low": words.number(low), "high": words.number(high)}
    return paragraph(
        words("curve.jump", fact=words.short(fact), **ends, before=words.money(before), after=words.money(after)),
        "jump",
    )


def _exact(value: float, own: Value) -> float:
    """Return a whole number as such: facts that are whole take no other."""
    if isinstance(own, int | float) and value == own:
        return own
    return int(value) if value.is_integer() else value


def _point(fact: Fact, ranges: Sequence[tuple], own: Value, words: Words, across: Scale, up: Scale) -> Markup:
    if own is None:
        return Markup()
    typical = next(typical for value, typical, _ in ranges if value == own)
    left, label = across.percent(float(own)), words("curve.own", label=words.short(fact), value=words.value(fact, own))
    amount = element("b", words.money(typical))
    return together(
        mark("own-line", left),
        mark("point solid", left, bottom=up.percent(typical)),
        element("span", label, " ", amount, classes=_side(left), style=f"--left:{left:.2f}%"),
    )


def _side(left: float) -> str:
    """Write the label of a point on the side with more room; ``left`` is its place in per cent of the axis."""
    return "own before" if left > _MIDDLE else "own"


def _seen(fact: Fact, ranges: Sequence[tuple], own: Value, words: Words) -> str:
    (first, at_first, _), (last, at_last, _) = ranges[0], ranges[-1]
    typical = next((typical for value, typical, _ in ranges if value == own), 0.0)
    return words(
        "curve.seen.other" if own is None else "curve.seen",
        label=words.short(fact),
        first=words.number(first),
        at_first=words.money(at_first),
        own=words.value(fact, own),
        typical=words.money(typical),
        last=words.number(last),
        at_last=words.money(at_last),
    )


def _table(fact: Fact, ranges: Sequence[tuple], zeros: Sequence[float], own: Value, words: Words) -> Markup:
    free = no_cost(zeros, words)
    rows = [
        row(
            words.number(value),
            cell(words.money(amount)),
            cell(words("range.value", low=words.money(likely.low), high=words.money(likely.high))),
            *map(cell, zero),
            classes="own-row" if value == own else "",
        )
        for (value, amount, likely), *zero in zip(ranges, *([free] if free else []), strict=True)
    ]
    heads = words.short(fact), words("typical"), words("range"), *([words("zero")] if free else [])
    return numbers(words("curve.table"), words("curve.title", label=words.short(fact)), heads, rows)
