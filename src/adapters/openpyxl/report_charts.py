"""Charts of an actuary's report, drawn by the spreadsheet from the cells of a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from openpyxl.chart import BarChart, LineChart, Reference, ScatterChart
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.series_factory import SeriesFactory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.chart._chart import ChartBase
    from openpyxl.worksheet.worksheet import Worksheet

    from adapters.common.report_tables import ReportTable

_TEAL, _WARM, _SOFT, _WASH = "0B5A69", "A8430C", "8796A4", "A9CFD4"
_RATIOS: Final = {"ratios": 1, "groups": 1, "periods": 1, "audits": 2}
"""Tables of predicted over observed, and the column of the names."""
_COLUMNS: Final = {"lift": (4, (3,)), "double_lift": (5, (3, 4))}
"""Tables of means: the column of what was observed, drawn as columns, and those of what was predicted, as lines."""
_PAIRS: Final = {"lorenz": (1, (2, 3)), "quantiles": (1, (2,)), "chances": (2, (3,))}
"""Tables of shares: the column across, and those upwards."""
_SIZE: Final = (18, 9)
"""Width and height in cm."""


def chart_of(table: ReportTable, sheet: Worksheet, header: int) -> ChartBase | None:
    """Draw a table whose columns' titles are in a row of a sheet; None for a table without a drawing."""
    place = _Place(sheet, header, header + len(table.rows))
    if table.name in _RATIOS:
        first = table.columns.index("predicted over observed") + 1
        chart = _ratios(place, _RATIOS[table.name], first)
    elif table.name in _COLUMNS:
        chart = _means(place, *_COLUMNS[table.name])
    elif table.name in _PAIRS:
        chart = _pairs(place, *_PAIRS[table.name])
    elif table.name == "fifths":
        coverage = table.columns.index("coverage") + 1
        chart = _lines(place, 1, [(coverage, _TEAL)])
        _titled(chart, place.title(1), place.title(coverage), "0%")
    else:
        return None
    chart.width, chart.height = _SIZE
    chart.x_axis.delete = chart.y_axis.delete = False  # some programs leave axes out otherwise
    if chart.legend:
        chart.legend.position = "b"
    return chart


class _Place:
    """Where the columns of a table are: titles in row ``header``, values down to row ``last``."""

    def __init__(self, sheet: Worksheet, header: int, last: int) -> None:
        self._sheet, self._header, self._last = sheet, header, last

    def title(self, column: int) -> str:
        """Return the title of a column."""
        return str(self._sheet.cell(self._header, column).value)

    def with_title(self, column: int) -> Reference:
        """Refer to the title and values of a column."""
        return Reference(self._sheet, min_col=column, min_row=self._header, max_row=self._last)

    def values(self, column: int) -> Reference:
        """Refer to the values of a column."""
        return Reference(self._sheet, min_col=column, min_row=self._header + 1, max_row=self._last)


def _ratios(place: _Place, names: int, first: int) -> LineChart:
    """Draw ratios as points between the ends of their intervals."""
    chart = _lines(place, names, [(first, _TEAL), (first + 1, _SOFT), (first + 2, _SOFT)])
    for series, symbol in zip(chart.series, ("circle", "dash", "dash"), strict=True):
        series.graphicalProperties.line.solidFill, series.graphicalProperties.line.noFill = None, True
        series.marker.symbol, series.marker.size = symbol, 8
    chart.hiLowLines = ChartLines()
    _titled(chart, place.title(names), place.title(first), "0.00")
    return chart


def _means(place: _Place, observed: int, predicted: Sequence[int]) -> BarChart:
    """Draw what was observed as columns and what was predicted as lines over them."""
    chart = BarChart()
    chart.add_data(place.with_title(observed), titles_from_data=True)
    chart.set_categories(place.values(1))
    chart.series[0].graphicalProperties.solidFill = _WASH
    chart += _lines(place, 1, list(zip(predicted, (_TEAL, _WARM), strict=False)))
    _titled(chart, place.title(1), "mean cost", "#,##0")
    return chart


def _lines(place: _Place, names: int, columns: Sequence[tuple[int, str]]) -> LineChart:
    chart = LineChart()
    for column, colour in columns:
        chart.add_data(place.with_title(column), titles_from_data=True)
        series = chart.series[-1]
        series.graphicalProperties.line.solidFill = series.marker.graphicalProperties.solidFill = colour
        series.marker.graphicalProperties.line.solidFill = colour
        series.marker.symbol, series.smooth = "circle", False
    chart.set_categories(place.values(names))
    return chart


def _pairs(place: _Place, across: int, upwards: Sequence[int]) -> ScatterChart:
    """Draw shares against shares, and where they would be equal."""
    chart = ScatterChart(style=13, scatterStyle="lineMarker")
    lines = [(across, _SOFT), *zip(upwards, (_TEAL, _WARM), strict=False)]
    for number, (column, colour) in enumerate(lines):
        series = (
            SeriesFactory(place.with_title(column), place.values(across), title_from_data=True)
            if number
            else SeriesFactory(place.values(column), place.values(across), title="equal")
        )
        series.graphicalProperties.line.solidFill = colour
        series.smooth = False
        chart.series.append(series)
    _titled(chart, place.title(across), "share", "0%")
    chart.x_axis.number_format, chart.x_axis.scaling.min = "0%", 0
    if across == 1:  # all shares from none to all
        chart.x_axis.scaling.max = chart.y_axis.scaling.max = 1
    return chart


def _titled(chart: LineChart | BarChart | ScatterChart, across: str, upwards: str, layout: str) -> None:
    chart.x_axis.title, chart.y_axis.title = across, upwards
    chart.y_axis.number_format = layout
