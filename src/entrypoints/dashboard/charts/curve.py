"""Cost along one fact: the typical year as a line, the likely range as a band, the person as a point; and a table."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from entrypoints.dashboard.charts.drawing import Scale, round_steps
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
"""Of the drawing, in units of its own."""
_POINTS: Final = 50
"""Values at which people are asked about, about."""
_TICKS: Final = 6


def along(who: Beneficiary, fact: Fact, learnt: Ranges) -> tuple[Beneficiary, ...]:
    """Give the person at round values of a number over its range in the data, and at their own, in rising order.

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


def band(fact: Fact, points: Sequence[tuple[float, CostDistribution]], own: Value, words: Words, axis: str) -> str:
    """Draw it.

    Args:
        fact: the number along which the cost is drawn.
        points: value of the fact and cost there, in rising order, ``own`` among them if it is given.
        own: the person's value.
        words: of the visit.
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
    marks = "".join(
        f'<span class="level" style="bottom:{up.percent(amount):.2f}%">{escape(words.thousands(amount))}</span>'
        for amount in round_steps(up.high)
    )
    every = step(fact, across.low, across.high, _TICKS)
    first = -(-across.low // every) * every
    ticks = "".join(
        f'<span class="tick" style="left:{across.percent(value):.2f}%">{words.number(value)}</span>'
        for value in (first + i * every for i in range(int((across.high - first) / every + 1e-9) + 1))
    )
    unit = words.unit(fact)
    return (
        f'<p class="axis-title above">{escape(axis)}</p>'
        f'<div class="band" role="img" aria-label="{escape(_seen(fact, ranges, own, words))}">'
        f'<div class="levels">{marks}</div><div class="field-of-view">'
        f'<svg viewBox="0 0 1000 {_HEIGHT}" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="wash" d="M{top} L{bottom} Z"/><path class="rim" d="M{top}"/><path class="rim" d="M{bottom}"/>'
        f'<path class="curve" d="M{line}"/></svg>{_point(fact, ranges, own, words, across, up)}</div>'
        f'<div class="axis">{ticks}</div>'
        f'<p class="axis-title">{escape(words.label(fact) + (f", {unit}" if unit else ""))}</p></div>'
        f'<p class="hint">{escape(words("curve.legend" if own is not None else "curve.none"))}</p>'
        + _table(fact, ranges, [cost.zero for _, cost in points], own, words)
    )


def _exact(value: float, own: Value) -> float:
    """Return a whole number as such: facts that are whole take no other."""
    return own if value == own and own is not None else int(value) if value.is_integer() else value  # type: ignore[return-value]  # the fact is a number


def _point(fact: Fact, ranges: Sequence[tuple], own: Value, words: Words, across: Scale, up: Scale) -> str:
    if own is None:
        return ""
    typical = next(typical for value, typical, _ in ranges if value == own)
    left, label = across.percent(float(own)), words("curve.own", label=words.short(fact), value=words.value(fact, own))
    return (
        f'<i class="own-line" style="left:{left:.2f}%"></i>'
        f'<i class="point solid" style="left:{left:.2f}%;bottom:{up.percent(typical):.2f}%"></i>'
        f'<span class="own" style="--left:{left:.2f}%">{escape(label)} <b>{words.money(typical)}</b></span>'
    )


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


def _table(fact: Fact, ranges: Sequence[tuple], zeros: Sequence[float], own: Value, words: Words) -> str:
    free = no_cost(zeros, words)
    names = (words.short(fact), words("typical"), words("range"), *([words("zero")] if free else []))
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    last = [f"<td>{escape(one)}</td>" for one in free] or [""] * len(ranges)
    rows = "".join(
        f'<tr{" class=own-row" if value == own else ""}><th scope="row">{words.number(value)}</th>'
        f"<td>{words.money(amount)}</td>"
        f"<td>{escape(words('range.value', low=words.money(likely.low), high=words.money(likely.high)))}</td>"
        f"{zero}</tr>"
        for (value, amount, likely), zero in zip(ranges, last, strict=True)
    )
    title = words("curve.title", label=words.short(fact))
    return (
        f'<details class="numbers"><summary>{escape(words("curve.table"))}</summary><table>'
        f'<caption class="veiled">{escape(title)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></details>"
    )
