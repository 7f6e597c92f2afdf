"""Charts as HTML and SVG without scripts: texts are HTML, and colours follow the theme.

Shapes are drawn in an SVG that is stretched; texts are HTML positioned by per cent, which is not stretched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.costs.cents import round_to_total
from entrypoints.dashboard.elements import cell, element, head, mark, paragraph, row, table, together
from entrypoints.dashboard.widgets.cards import definitions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from markupsafe import Markup

    from domain.costs.explanation import Contribution, Explanation
    from domain.people.beneficiary import Beneficiary
    from domain.people.fact import Value
    from entrypoints.dashboard.locale.speech import Words

_MOST_ROWS: Final = 12
"""Number of facts with a row of their own; the others share a row."""
_MOST_TICKS: Final = 5
"""Most steps between round numbers on an axis, to fit a phone."""
_NEAR_THE_EDGE: Final = 95
"""Percent of the width from where a label is written to the left of its place, to stay on the page."""


def waterfall(explanation: Explanation, who: Beneficiary, words: Words) -> Markup:
    """Draw how the average person's cost becomes this person's: a table whose bars are zoomed to the steps.

    All figures are rounded to $10 by largest remainder, so the column still adds up.
    """
    parts, rest = _largest(explanation.contributions)
    raw = [explanation.baseline, *(part.usd for part in parts), *[sum(part.usd for part in rest)] * bool(rest)]
    # a thousandth of a dollar amount has its cents where the amount has its tens
    start, *steps = (1000 * tens for tens in round_to_total([usd / 1000 for usd in raw], explanation.total / 1000))
    levels = [start]
    for step in steps:
        levels.append(levels[-1] + step)
    low, high = min(levels), max(levels)
    room = max((high - low) * 0.06, 1.0)
    scale = Scale(high + room, low - room)
    given = who.as_facts()
    rows = [_total("reasons.from", start, scale, words, "hollow")]
    names = [_fact(part.fact, given, words) for part in parts]
    names += [words("reasons.rest", count=len(rest))] * bool(rest)
    for name, usd, before, after in zip(names, steps, levels, levels[1:], strict=False):
        left, right = sorted((scale.percent(before), scale.percent(after)))
        kind = "up" if usd > 0 else "down" if usd < 0 else "even"
        bar = mark(f"bar {kind}", left, width=max(right - left, 0.4))
        rows.append(row(name, cell(bar, "track"), cell(words.change(usd), f"usd {kind}")))
    rows.append(_total("what_if.this", levels[-1], scale, words, "solid"))
    caption, dashed = words(f"reasons.caption.{explanation.of}"), scale.percent(start)
    return together(
        bars(caption, [words(f"reasons.{key}") for key in ("fact", "chart", "amount")], rows, dashed=dashed),
        _listed(rest, given, words) if rest else "",
        paragraph(words("reasons.estimated", amount=words.cents(explanation.standard_error)), "hint")
        if explanation.standard_error is not None
        else "",
    )


def bars(
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Markup],
    look: str = "",
    *,
    dashed: float | None = None,
    looks: Sequence[str] = ("usd",),
) -> Markup:
    """Put rows of a name, a picture and numbers below their heads.

    Args:
        caption: is read aloud only.
        heads: the heads of the columns.
        rows: those of `row`.
        look: the look of the table.
        dashed: per cent of the pictures' width where a line runs across all of them.
        looks: the looks of the columns of numbers.
    """
    columns = [head(element("span", text), kind) for text, kind in zip(heads, ("fact", "drawn", *looks), strict=True)]
    style = None if dashed is None else f"--from:{dashed:.2f}%"
    return table(caption, columns, rows, f"waterfall {look}".rstrip(), style=style)


def field_of_view(
    paths: Iterable[tuple[str, str]],
    levels: Iterable[tuple[str, float]],
    ticks: Iterable[tuple[str, float]],
    height: int,
    marks: Markup,
) -> Markup:
    """Put lines of a chart between its two axes.

    Args:
        paths: the looks of lines and areas, and what they are drawn by, in a field 1000 wide.
        levels: labels of the axis that rises, and where they stand in per cent of the height.
        ticks: labels of the axis below, and where they stand in per cent of the width.
        height: the height of the field.
        marks: points and labels that are not stretched with the field.
    """
    lines = [element("path", classes=look, d=line) for look, line in paths]
    view = f"0 0 1000 {height}"
    field = element("svg", *lines, viewBox=view, preserveAspectRatio="none", aria_hidden="true")
    levels = [*levels]
    beside = [element("span", label, classes="level", style=f"bottom:{place:.2f}%") for label, place in levels]
    longest = max((label for label, _ in levels), key=len, default="")  # makes the room that the placed labels do not
    below = [element("span", label, classes="tick", style=f"left:{place:.2f}%") for label, place in ticks]
    return together(
        element("div", *beside, classes="levels", data_longest=longest),
        element("div", field, marks, classes="field-of-view"),
        element("div", *below, classes="axis"),
    )


def numbers(summary: str, caption: str, heads: Iterable[str], rows: Iterable[Markup]) -> Markup:
    """Return the numbers of a chart as a collapsible table."""
    drawn = table(caption, map(head, heads), rows)
    return element("details", element("summary", summary), drawn, classes="numbers")


class Scale:
    """Dollars, or another number, to per cent of the width or height."""

    def __init__(self, high: float, low: float = 0.0) -> None:
        self.low, self.high = low, high

    def percent(self, usd: float) -> float:
        """Return the position of a number: 0 at the low end, 100 at the high end; 0 if the ends are equal."""
        return 100 * (usd - self.low) / (self.high - self.low) if self.high != self.low else 0.0


def money_scale(*amounts: float) -> Scale:
    """Return a scale of money from 0 to a little above the highest amount, at least 1,000 wide."""
    return Scale(max(1000.0, 1.04 * max(amounts)))


def round_steps(high: float) -> Sequence[float]:
    """Return two to six evenly spaced round numbers from 0 to ``high``.

    >>> round_steps(23_500.0)
    [0, 5000, 10000, 15000, 20000]
    """
    step = next(
        size * 10**power for power in range(2, 9) for size in (1, 2, 2.5, 5) if high / (size * 10**power) <= _MOST_TICKS
    )
    return [i * step for i in range(int(high / step) + 1)]


def ticks(scale: Scale, words: Words) -> Iterator[Markup]:
    """Label an axis of dollars at round numbers."""
    for usd in round_steps(scale.high):
        percent = scale.percent(usd)
        place = " start" if usd == 0 else " end" if percent > _NEAR_THE_EDGE else ""
        yield element("span", words.thousands(usd), classes=f"tick{place}", style=f"left:{percent:.2f}%")


def _largest(parts: Sequence[Contribution]) -> tuple[Sequence[Contribution], Sequence[Contribution]]:
    """Return the parts that are drawn, in their order, and those that are too many: the smallest ones."""
    if len(parts) <= _MOST_ROWS:
        return parts, ()
    order = sorted(range(len(parts)), key=lambda place: -abs(parts[place].usd))
    drawn = set(order[: _MOST_ROWS - 1])
    return (
        [part for place, part in enumerate(parts) if place in drawn],
        [part for place, part in enumerate(parts) if place not in drawn],
    )


def _listed(parts: Sequence[Contribution], given: Mapping[str, Value], words: Words) -> Markup:
    rows = [(_fact(part.fact, given, words), words.change(part.usd)) for part in parts]
    summary = element("summary", words("reasons.rest.show", count=len(parts)))
    return element("details", summary, definitions(rows, "pairs"), classes="numbers")


def _fact(name: str, given: Mapping[str, Value], words: Words) -> str:
    label = words.named(name)
    return label if given.get(name) is not None else words("reasons.fact.unknown", field=label)


def _total(key: str, usd: float, scale: Scale, words: Words, kind: str) -> Markup:
    point = mark(f"point {kind}", scale.percent(usd))
    return row(words(key), cell(point, "track"), cell(words.money(usd), "usd"), classes="total")
