"""Tables of scores: rows with a picture and its numbers, where each version has a lane in the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from entrypoints.dashboard.charts.drawing import Scale, bars
from entrypoints.dashboard.elements import breaking, cell, element, row, together

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOM = 0.06
"""Margin at the ends of a scale, as a share of it."""
_FIT = 2
"""Number of numeric columns that fit a phone."""
_NAMED = 2
"""Columns before the numbers: a name and a picture."""
_SIDES = ("first", "second")
LOOKS = ("point solid", "point rival")
"""Marks of the version and of the version that it is compared with."""


def legend_of(names: Sequence[str]) -> Markup:
    """Return the legend of the versions' marks; empty for a single version."""
    if len(names) < len(LOOKS):
        return Markup()
    marks = [
        element("span", element("i", classes=f"swatch {look}"), name) for look, name in zip(_SIDES, names, strict=True)
    ]
    return element("p", *marks, classes="legend")


def titles(names: Sequence[str], title: str) -> list[str]:
    """Return the head of a column of numbers for each version."""
    return [f"{name}: {title}" for name in names] if len(names) > 1 else [title]


def scale_around(lows: Sequence[float], highs: Sequence[float]) -> Scale:
    """Return a scale that reaches a little beyond numbers."""
    low, high = min(lows), max(highs)
    room = max((high - low) * ROOM, 1e-9)
    return Scale(high + room, low - room)


def score_row(name: str, lanes: Sequence[Markup | None], numbers: Sequence[str], *, fit: int = _FIT) -> Markup:
    """Return a row: a name, the marks of each version, and numbers, of which ``fit`` are shown on a phone."""
    drawn = lanes[0] if len(lanes) == 1 else together(*[element("div", lane or "", classes="lane") for lane in lanes])
    cells = [cell(number, _look(place, fit)) for place, number in enumerate(numbers)]
    return row(breaking(name, "_"), cell(drawn or "", "track"), *cells)


def score_table(
    caption: str, heads: Sequence[str], rows: Sequence[Markup], dashed: float | None, *, fit: int = _FIT
) -> Markup:
    """Put rows of `score_row` below their heads; a line runs across all pictures at ``dashed`` per cent."""
    looks = [_look(place, fit) for place in range(len(heads) - _NAMED)]
    return bars(caption, heads, rows, "measured", dashed=dashed, looks=looks)


def _look(place: int, fit: int) -> str:
    """Only the first numbers fit a phone."""
    return "usd" if place < fit else "usd more"
