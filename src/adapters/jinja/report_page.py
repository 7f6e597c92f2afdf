"""The port `report_writer`: one page without other files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from adapters.common.report_tables import Cell, report_tables
from adapters.jinja.report_drawings import drawings
from domain.models.score_figures import Layout
from domain.ports.report_writer import ReportWriter

if TYPE_CHECKING:
    from domain.models.actuarial_report import ActuarialReport

_FORMATS: Final = {
    Layout.TEXT: "{}",
    Layout.COUNT: "{:,}",
    Layout.MONEY: "{:,.0f}",
    Layout.SHARE: "{:.1%}",
    Layout.RATIO: "{:,.3f}",
}


@dataclass(frozen=True, slots=True)
class ReportPage(ReportWriter):
    """Writes a report as HTML, with drawings inside."""

    @property
    def ending(self) -> str:
        """Return the ending of pages."""
        return ".html"

    def write(self, report: ActuarialReport) -> bytes:
        """Return the report as an HTML page."""
        pages = Environment(
            loader=PackageLoader("adapters.jinja"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        pages.filters["cell"] = _cell
        page = pages.get_template("report.html")
        return page.render(report=report, tables=report_tables(report), drawings=drawings(report)).encode()


def _cell(cell: Cell) -> str:
    """Write a figure as people read it.

    >>> _cell(Cell(0.1234, Layout.SHARE)), _cell(Cell(1234.5, Layout.MONEY)), _cell(Cell(None, Layout.RATIO))
    ('12.3%', '1,234', 'n/a')
    """
    return "n/a" if cell.value is None else _FORMATS[cell.layout].format(cell.value)
