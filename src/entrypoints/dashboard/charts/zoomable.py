"""Charts that are hovered, zoomed and clicked, for experts: Apache ECharts, drawn as SVG.

Colours are those of the theme's variables, so that they follow the switch of the theme without being drawn again.
Assistive technology gets a description, and everybody the numbers: as a table where they are few, and as a file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, overload

from nicegui import ui

from entrypoints.dashboard.charts.drawing import numbers
from entrypoints.dashboard.elements import cell, paragraph, row
from entrypoints.dashboard.layout.shell import button, html

if TYPE_CHECKING:
    from collections.abc import Callable

    from nicegui.events import EChartPointClickEventArguments

    from entrypoints.dashboard.locale.speech import Words

OWN: Final = "var(--brand)"
RIVAL: Final = "var(--up)"
QUIET: Final = "var(--edge)"
INK: Final = "var(--ink)"
_Thing = TypeVar("_Thing")
_FONT: Final = '"Inter", system-ui, sans-serif'
"""The font of the theme, by its name: ECharts measures texts where the font of the page cannot be inherited."""
_PHONE: Final = 560
"""Width of a chart up to which the names of its legend stand below each other."""
_NAME: Final = 20
"""Height of a name in such a legend."""
_AXIS: Final = 36
"""Room for the ticks of the axis above it."""
_MOST_ROWS: Final = 60
"""Rows of a table below a chart; longer ones are in the file only."""


class Written(Sequence[Sequence[str]], Generic[_Thing]):
    """Rows of a table, each written when it is read: most of those that are in a file only never are."""

    def __init__(self, things: Sequence[_Thing], write: Callable[[_Thing], Sequence[str]]) -> None:
        self._things, self._write = things, write

    def __len__(self) -> int:
        return len(self._things)

    @overload
    def __getitem__(self, place: int) -> Sequence[str]: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Sequence[str]]: ...
    def __getitem__(self, place: int | slice) -> Sequence[str] | Sequence[Sequence[str]]:
        if isinstance(place, slice):
            return Written(self._things[place], self._write)
        return self._write(self._things[place])


def zoomable(
    name: str,
    title: str,
    option: dict[str, Any],
    described: str,
    table: tuple[Sequence[str], Sequence[Sequence[str]]],
    words: Words,
    *,
    on_click: Callable[[EChartPointClickEventArguments], object] | None = None,
    hides_labels: bool = False,
) -> None:
    """Put a chart into the page, with its numbers.

    Args:
        name: the name of the file that its numbers are saved as, without an ending.
        title: what is drawn.
        option: the option of ECharts, beside what all charts have.
        described: what is to be seen, in words.
        table: heads and rows of the numbers.
        words: the words of the visit.
        on_click: is told which point was clicked.
        hides_labels: whether a phone has no room for the labels of points.
    """
    across, up = dict(option["xAxis"]), dict(option["yAxis"])
    # ECharts cuts a long name of an axis, or writes it over the ticks
    below, above = across.pop("name"), up.pop("name")
    named = option.get("legend", {}).get("data") or list(dict.fromkeys(drawn["name"] for drawn in option["series"]))
    frame = _frame(words)
    tip = {"tooltip": {**frame["tooltip"], **option.get("tooltip", {})}}
    drawn = {
        **frame, "legend": legend(named), **option, **tip, "xAxis": across, "yAxis": up, **_described(described)
    }  # fmt: skip
    # a chart is drawn before the page is laid out: without the second entry, one drawn narrow keeps a phone's legend
    narrow, wide = on_a_phone(named), {"option": {key: drawn[key] for key in ("legend", "grid")}}
    if hides_labels:
        for layout, is_shown in ((narrow, False), (wide, True)):
            layout["option"]["series"] = [{"label": {"show": is_shown}} for _ in drawn["series"]]
    drawn["media"] = [narrow, wide]
    html(paragraph(above, "axis-title above"))
    ui.echart(drawn, on_click, renderer="svg").classes("zoomable")
    html(paragraph(below, "axis-title"))
    heads, rows = table
    if len(rows) <= _MOST_ROWS:
        lines = [row(first, *map(cell, rest)) for first, *rest in rows]
        html(numbers(words("models.table"), title, heads, lines))
    button(words("models.save"), "quiet").on("click", lambda _: ui.download.content(_file(heads, rows), f"{name}.csv"))


def value_axis(title: str, words: Words, *, money: bool = True) -> dict[str, Any]:
    """Return an axis of amounts, or of other numbers."""
    axis: dict[str, Any] = {
        "type": "value",
        "name": title,
        "axisLabel": {
            "color": "var(--soft)",
            "hideOverlap": True,
            **({":formatter": _money(words, short=True)} if money else {}),
        },
        "axisLine": {"lineStyle": {"color": QUIET}},
        "splitLine": {"lineStyle": {"color": "var(--line)"}},
    }
    return axis


def category_axis(title: str, names: Sequence[str]) -> dict[str, Any]:
    """Return an axis of names."""
    return {
        "type": "category",
        "name": title,
        "data": list(names),
        "axisLabel": {"color": "var(--soft)"},
        "axisLine": {"lineStyle": {"color": QUIET}},
    }


def line(name: str, points: Sequence[Any], colour: str, **more: Any) -> dict[str, Any]:
    """Return a line; ``dashed`` among ``more`` tells it from others without colour."""
    dashed = more.pop("dashed", False)
    return {
        "type": "line",
        "name": name,
        "data": list(points),
        "symbolSize": 7,
        "symbol": "rect" if dashed else "circle",
        "itemStyle": {"color": colour},
        "lineStyle": {"color": colour, "width": 2, "type": "dashed" if dashed else "solid"},
        "emphasis": {"disabled": True},
        **more,
    }


def legend(names: Sequence[str]) -> dict[str, Any]:
    """Return a legend of some series in one line."""
    return {
        "data": list(names), "orient": "horizontal", "left": "center", "bottom": 0, "itemWidth": 16, "itemGap": 20,
        "textStyle": {"color": INK}, "inactiveColor": QUIET,
    }  # fmt: skip


def on_a_phone(names: Sequence[str]) -> dict[str, Any]:
    """Return what is otherwise where a chart is narrow: each name of the legend has a line of its own."""
    lines = {"orient": "vertical", "left": 0, "itemGap": 4}
    room = {"bottom": _AXIS + _NAME * len(names)}
    return {"query": {"maxWidth": _PHONE}, "option": {"legend": {**legend(names), **lines}, "grid": room}}


def _frame(words: Words) -> dict[str, Any]:
    tip = {
        "backgroundColor": "var(--card)", "borderColor": QUIET, "textStyle": {"color": INK},
        ":valueFormatter": _money(words),
    }  # fmt: skip
    icons = {"borderColor": "var(--soft)"}
    titles = {"zoom": words("models.zoom"), "back": words("models.zoom.back")}
    return {
        "animation": False,
        "textStyle": {"fontFamily": _FONT},
        "grid": {"left": 76, "right": 20, "top": 40, "bottom": 60},
        "toolbox": {
            "right": 0,
            "iconStyle": icons,
            "emphasis": {"iconStyle": {"borderColor": INK, "textFill": INK}},
            "feature": {"dataZoom": {"title": titles}, "restore": {"title": words("models.zoom.all")}},
        },
        "tooltip": {"trigger": "axis", "confine": True, **tip},
    }


def _described(text: str) -> dict[str, Any]:
    return {"aria": {"enabled": True, "label": {"enabled": True, "description": text}}}


def _money(words: Words, *, short: bool = False) -> str:
    style = f"style: 'currency', currency: '{words.schema.cost.currency}', maximumFractionDigits: {2 if short else 0}"
    shorter = ", notation: 'compact', minimumFractionDigits: 0" if short else ""
    write = f"new Intl.NumberFormat('{words.language}-US', {{{style}{shorter}}}).format(value)"
    return f"value => typeof value === 'number' ? {write} : value"


def _file(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerows([heads, *rows])
    return file.getvalue().encode("utf-8-sig")
