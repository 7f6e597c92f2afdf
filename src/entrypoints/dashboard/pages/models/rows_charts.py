"""Rows drawn: predicted against actual, and predicted over observed along a fact."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from domain.models.judged_rows import own_of, parts, ratio, rival_of
from entrypoints.dashboard.charts.predictive_ratios import ratio_rows
from entrypoints.dashboard.charts.zoomable import OWN, QUIET, RIVAL, Written, line, value_axis, zoomable
from entrypoints.dashboard.elements import paragraph, together
from entrypoints.dashboard.widgets import model_facts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markupsafe import Markup
    from nicegui.events import EChartPointClickEventArguments

    from domain.models.judged_rows import JudgedRow, RatioPart
    from domain.models.scores import PredictiveRatio
    from entrypoints.dashboard.locale.speech import Words
    from entrypoints.dashboard.pages.models.row_filter import RowFilter

MOST_POINTS = 1500
"""Points that are drawn of a version: more make a browser slow, and cover each other."""


def scatter(
    rows: Sequence[tuple[int, JudgedRow]],
    names: Sequence[str],
    words: Words,
    on_click: Callable[[EChartPointClickEventArguments], object],
) -> None:
    """Draw the expected cost of each row against its actual one; a point names its row."""
    drawn = (
        [rows[place * len(rows) // MOST_POINTS] for place in range(MOST_POINTS)] if len(rows) > MOST_POINTS else rows
    )
    series: list[dict[str, Any]] = []
    for name, colour, symbol, expected in zip(
        names, (OWN, RIVAL), ("circle", "rect"), (own_of, rival_of), strict=False
    ):
        points = [
            [round(amount), round(judged.cost), number]
            for number, judged in drawn
            if (amount := expected(judged)) is not None
        ]
        series.append(
            {
                "type": "scatter", "name": name, ":data": json.dumps(points),  # a thousand lists would each be observed
                 "symbol": symbol, "symbolSize": 6, "cursor": "pointer",
                "itemStyle": {"color": colour, "opacity": 0.55}, "emphasis": {"disabled": True},
                "z": 3 if colour is OWN else 2,  # the version itself lies above the one that it is compared with
            }
        )  # fmt: skip
    most = max((max(judged.cost, judged.expected, judged.rival or 0.0) for _, judged in drawn), default=1.0)
    same = line(words("models.rows.equal"), [[0, 0], [round(most), round(most)]], QUIET, dashed=True)
    series.append({**same, "showSymbol": False, "silent": True})
    option = {
        "xAxis": value_axis(words("expected"), words),
        "yAxis": value_axis(words("models.rows.cost"), words),
        "series": series,
        "tooltip": {"show": False},
    }
    sentence = words("models.rows.seen", count=len(rows))
    schema = drawn[0][1].beneficiary.schema
    heads = [
        words("models.rows.number"), *[words.label(fact) for fact in schema.facts], words("models.rows.cost"), *names
    ]  # fmt: skip

    def written(numbered: tuple[int, JudgedRow]) -> Sequence[str]:
        number, judged = numbered
        amounts = (judged.expected, judged.rival)[: len(names)]
        costs = [f"{judged.cost:.2f}", *["" if amount is None else f"{amount:.2f}" for amount in amounts]]
        return [str(number), *words.facts(judged.beneficiary), *costs]

    table = Written(rows, written)
    zoomable("rows", words("models.rows.scatter"), option, sentence, (heads, table), words, on_click=on_click)


def along(rows: Sequence[JudgedRow], chosen: RowFilter, names: Sequence[str], words: Words) -> Markup:
    """Draw predicted over observed cost of the chosen people with similar values of a fact."""
    fact, cut = chosen.along, parts(rows, chosen.along)
    if not cut:
        return paragraph(words("models.rows.none_along", fact=words.label(fact)), "empty")
    named = {_part(chosen, part, words): [part.own, part.rival][: len(names)] for part in cut}
    counts = [words.count(part.people) for part in cut]
    title = words("models.rows.ratios", fact=words.label(fact))
    return ratio_rows(title, words.label(fact), names, named, words, counts=counts)


def verdict(rows: Sequence[JudgedRow], who: str, names: Sequence[str], words: Words) -> Markup:
    """Say of each version whether it expects too little or too much of these people, with the interval."""
    sentences = [
        paragraph(_verdict(name, who, estimate, words), "verdict")
        for name, estimate in zip(names, (ratio(rows, own_of), ratio(rows, rival_of)), strict=False)
    ]
    return together(*sentences)


def _verdict(name: str, who: str, estimate: PredictiveRatio | None, words: Words) -> str:
    if estimate is None or estimate.ratio is None:
        return words("models.verdict.none", name=name, who=who)
    if estimate.low is None or estimate.high is None or estimate.low <= 1 <= estimate.high:
        key = "even"
    else:
        key = "under" if estimate.ratio < 1 else "over"
    share = words.share(abs(1 - estimate.ratio), 1)
    return words(
        f"models.verdict.{key}", name=name, who=who, share=share, ratio=f"{estimate.ratio:.3f}",
        interval=model_facts.interval(estimate, words),
    )  # fmt: skip


def _part(chosen: RowFilter, part: RatioPart, words: Words) -> str:
    if not chosen.along.kind.is_numeric:
        return words.value(chosen.along, part.value)
    # the outer parts end where the filter does
    low, last = chosen.low if part.low is None else part.low, chosen.high if part.high is None else None
    if part.high is not None:
        if low is None:
            return words("models.rows.below", number=words.number(part.high))
        return words("models.rows.part", low=words.number(low), high=words.number(part.high))
    if last is not None:
        if low is None:
            return words("models.rows.up_to", number=words.number(last))
        return words("range.value", low=words.number(low), high=words.number(last))
    return words("models.group.all") if low is None else words("models.rows.from_on", number=words.number(low))
