"""Where the figures of a span stand on the page: a chart is drawn, and sent to the browser, only where it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from entrypoints.dashboard.charts.over_time import Chart, over_time
from entrypoints.dashboard.elements import paragraph
from entrypoints.dashboard.layout.shell import html, tag
from entrypoints.dashboard.pages.operations import span

if TYPE_CHECKING:
    from nicegui import ui

    from application.operations.review_operations import Operations
    from entrypoints.dashboard.locale.speech import Words


class OverTime:
    """The charts of a span, and its errors by kind."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._problem = html(paragraph(words("working"), "empty"))
        self._charts = tag("div", "over-time")
        self._places: list[ui.html] = []
        self._errors = html()
        self._shown: list[Chart] = []

    def show(self, operations: Operations) -> None:
        """Show the figures of a span."""
        words, charts = self._words, list(span.charts(operations, self._words))
        if not self._places:
            with self._charts:
                self._places = [html() for _ in charts]
        before = self._shown or [None] * len(charts)
        moments = [words.moment(period.at) for period in operations.periods]
        for place, chart, last in zip(self._places, charts, before, strict=True):
            if chart != last:
                place.content = over_time(chart, words, moments)
        self._shown = charts
        self._problem.content, self._charts.visible = Markup(), True
        self._errors.content = span.errors(operations.periods, words)

    def away(self, problem: Markup) -> None:
        """Say in place of the figures why there are none."""
        self._problem.content, self._charts.visible = problem, False
        self._errors.content = Markup()
