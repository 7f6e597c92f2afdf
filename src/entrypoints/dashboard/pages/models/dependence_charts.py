"""What versions' answers depend on, drawn: importance, partial dependence with individual curves, interaction."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from domain.people.numbers import round_step
from entrypoints.dashboard.charts.drawing import Scale, bars
from entrypoints.dashboard.charts.zoomable import OWN, QUIET, RIVAL, category_axis, legend, line, value_axis, zoomable
from entrypoints.dashboard.elements import cell, element, head, mark, row, scrolling, table, together
from entrypoints.dashboard.layout.shell import html, tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from domain.models.dependence import DependencePoint, Importance, Surface
    from domain.people.fact import Fact
    from entrypoints.dashboard.locale.speech import Words


def importances(names: Sequence[str], own: Sequence[Importance], rival: Sequence[Importance], words: Words) -> Markup:
    """Draw the mean change of the expected cost when a fact is somebody else's."""
    others = {importance.fact: importance.change for importance in rival}
    most = max([importance.change for importance in (*own, *rival)], default=0.0) or 1.0
    scale = Scale(most * 1.04)
    rows: list[Markup] = []
    for importance in own:
        amounts = [importance.change, *([others.get(importance.fact, 0.0)] if rival else [])]
        lanes = [
            element("div", mark(f"bar {look}", 0.0, width=max(scale.percent(amount), 0.3)), classes="lane")
            for amount, look in zip(amounts, ("side-own", "side-rival"), strict=False)
        ]
        numbers = [cell(words.whole(amount), "usd") for amount in amounts]
        rows.append(row(words.named(importance.fact), cell(together(*lanes), "track"), *numbers))
    heads = [words("models.fact"), words("models.drawn"), *names]
    return bars(words("models.importance"), heads, rows, "measured", looks=["usd"] * len(names))


def dependence(fact: Fact, sides: Sequence[tuple[str, Sequence[DependencePoint]]], people: int, words: Words) -> None:
    """Draw partial dependence, individual curves and the 90 % range along a fact, a chart for each version.

    Both charts have the same axes.
    """
    most = max(max(*point.each, point.high) for _, points in sides for point in points)
    for place, ((name, points), colour) in enumerate(zip(sides, (OWN, RIVAL), strict=False)):
        with tag("div"):
            html(element("h3", name))
            _dependence(fact, name, points, (colour, most, people, place), words)


def _dependence(
    fact: Fact, name: str, points: Sequence[DependencePoint], drawn: tuple[str, float, int, int], words: Words
) -> None:
    colour, most, people, place = drawn
    step = round_step(max(most, 1.0) / 5)
    is_number = fact.kind.is_numeric
    values = [float(point.value) if is_number else words.value(fact, point.value) for point in points]  # type: ignore[arg-type]  # a number's
    unit = words.unit(fact)
    title = words.label(fact) + (f", {unit}" if unit else "")

    def along(amounts: Sequence[float]) -> list[Any]:
        return [
            [value, round(amount)] if is_number else round(amount)
            for value, amount in zip(values, amounts, strict=True)
        ]

    each: list[dict[str, Any]] = [
        {
            **line(words("models.each"), along([point.each[person] for point in points]), QUIET),
            "showSymbol": False, "silent": True, "lineStyle": {"color": QUIET, "width": 1, "opacity": 0.35},
            "tooltip": {"show": False},
        }
        for person in range(people)
    ]  # fmt: skip
    ends = [
        {**line(words(key), along(amounts), colour, dashed=True), "showSymbol": False}
        for key, amounts in (
            ("models.band.low", [point.low for point in points]),
            ("models.band.high", [point.high for point in points]),
        )
    ]
    mean = line(words("models.mean_of_all"), along([point.expected for point in points]), colour)
    mean["lineStyle"] = {"color": colour, "width": 3}
    named = [words("models.mean_of_all"), words("models.band.low"), words("models.band.high"), words("models.each")]
    x = (
        {**value_axis(title, words, money=False), "min": values[0], "max": values[-1]}
        if is_number
        else category_axis(title, [str(value) for value in values])
    )
    option = {
        "xAxis": x,
        "yAxis": {**value_axis(words("expected"), words), "min": 0, "max": ceil(most / step) * step},
        "series": [*each, *ends, mean],
        "legend": legend(named),
        "tooltip": {"show": False},
    }
    lowest, highest = (choose(points, key=lambda point: point.expected) for choose in (min, max))
    sentence = words(
        "models.dependence.seen", name=name, low=words.whole(lowest.expected), at_low=words.value(fact, lowest.value),
        high=words.whole(highest.expected), at_high=words.value(fact, highest.value),
    )  # fmt: skip
    heads = [words.label(fact), words("models.mean_of_all"), words("models.band.low"), words("models.band.high")]
    rows = [
        [words.value(fact, point.value), *map(words.whole, (point.expected, point.low, point.high))] for point in points
    ]
    zoomable(f"dependence-{fact.name}-{place + 1}", words("models.dependence"), option, sentence, (heads, rows), words)


def heat_map(first: Fact, two: Fact, surface: Surface, name: str, most: float, words: Words) -> Markup:
    """Draw the mean expected cost over two facts as a table whose cells are coloured; each cell says its number."""
    corner = words("models.heat.corner", rows=words.short(first), columns=words.short(two))
    heads = [head(corner), *[head(words.value(two, value)) for value in surface.columns]]
    rows = [
        row(
            words.value(first, value),
            *[_heat(amount, beyond, most, words) for amount, beyond in zip(costs, together_, strict=True)],
        )
        for value, costs, together_ in zip(surface.rows, surface.expected, surface.together, strict=True)
    ]
    return scrolling(table(name, heads, rows, "heat"), name)


def _heat(amount: float, beyond: float, most: float, words: Words) -> Markup:
    share = f"--share:{100 * min(amount / most, 1) if most > 0 else 0:.0f}%"
    return cell(together(words.whole(amount), element("small", words.signed(beyond))), style=share)
