"""Cost along one fact: the typical year as a line, the likely range as a band, the person as a point; and a table."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from entrypoints.dashboard.kit.charts import Scale, round_steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.cost import CostDistribution
    from entrypoints.dashboard.words.speech import Words

_HEIGHT: Final = 200
"""Of the drawing, in units of its own."""
_TICK: Final = {"age": 10, "bmi": 10}
"""Years, and kg/m², between two labels."""


def band(fact: str, points: Sequence[tuple[float, CostDistribution]], own: float, words: Words) -> str:
    """Draw it.

    Args:
        fact: ``age`` or ``bmi``.
        points: value of the fact and cost there, in rising order, ``own`` among them.
        own: the person's value.
        words: of the visit.
    """
    across = Scale(points[-1][0], points[0][0])
    ranges = [(value, cost.typical, cost.interval()) for value, cost in points]
    up = Scale(max(likely.high for _, _, likely in ranges) * 1.04)
    typical = next(typical for value, typical, _ in ranges if value == own)

    def place(value: float, usd: float) -> str:
        return f"{10 * across.percent(value):.1f},{_HEIGHT - _HEIGHT * up.percent(usd) / 100:.1f}"

    line = " L".join(place(value, usd) for value, usd, _ in ranges)
    top = " L".join(place(value, likely.high) for value, _, likely in ranges)
    bottom = " L".join(place(value, likely.low) for value, _, likely in reversed(ranges))
    left, height = across.percent(own), up.percent(typical)
    said = words(f"curve.{fact}.own", value=f"{own:g}")
    marks = "".join(
        f'<span class="level" style="bottom:{up.percent(usd):.2f}%">{escape(words.thousands(usd))}</span>'
        for usd in round_steps(up.high)
    )
    first = -(-points[0][0] // _TICK[fact]) * _TICK[fact]
    ticks = "".join(
        f'<span class="tick" style="left:{across.percent(value):.2f}%">{value:g}</span>'
        for value in (first + i * _TICK[fact] for i in range(int((points[-1][0] - first) // _TICK[fact]) + 1))
    )
    return (
        f'<div class="band" role="img" aria-label="{escape(_seen(fact, ranges, own, typical, words))}">'
        f'<div class="levels">{marks}</div><div class="field-of-view">'
        f'<svg viewBox="0 0 1000 {_HEIGHT}" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="wash" d="M{top} L{bottom} Z"/><path class="rim" d="M{top}"/><path class="rim" d="M{bottom}"/>'
        f'<path class="curve" d="M{line}"/></svg>'
        f'<i class="own-line" style="left:{left:.2f}%"></i>'
        f'<i class="point solid" style="left:{left:.2f}%;bottom:{height:.2f}%"></i>'
        f'<span class="own" style="--left:{left:.2f}%">'
        f"{escape(said)} <b>{words.usd(typical)}</b></span></div>"
        f'<div class="axis">{ticks}</div></div><p class="hint">{escape(words("curve.legend"))}</p>'
        + _table(fact, ranges, own, words)
    )


def _seen(fact: str, ranges: Sequence[tuple], own: float, typical: float, words: Words) -> str:
    (first, at_first, _), (last, at_last, _) = ranges[0], ranges[-1]
    return words(
        f"curve.{fact}.seen",
        first=f"{first:g}",
        at_first=words.usd(at_first),
        own=f"{own:g}",
        typical=words.usd(typical),
        last=f"{last:g}",
        at_last=words.usd(at_last),
    )


def _table(fact: str, ranges: Sequence[tuple], own: float, words: Words) -> str:
    heads = "".join(f'<th scope="col">{escape(words(key))}</th>' for key in (f"curve.{fact}", "typical", "range"))
    rows = "".join(
        f'<tr{" class=own-row" if value == own else ""}><th scope="row">{value:g}</th><td>{words.usd(usd)}</td>'
        f"<td>{escape(words('range.value', low=words.usd(likely.low), high=words.usd(likely.high)))}</td></tr>"
        for value, usd, likely in ranges
    )
    return (
        f'<details class="numbers"><summary>{escape(words("curve.table"))}</summary><table>'
        f'<caption class="veiled">{escape(words(f"curve.{fact}.title"))}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></details>"
    )
