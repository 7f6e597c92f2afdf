"""The port `report_writer`: a workbook with a sheet for each table."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from adapters.common.report_tables import report_tables
from adapters.openpyxl.report_charts import chart_of
from domain.models.score_figures import Layout
from domain.ports.report_writer import ReportWriter

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from adapters.common.report_tables import Cell, ReportTable
    from domain.models.actuarial_report import ActuarialReport

_TITLE: Final = Font(bold=True, size=14)
_HEAD: Final = Font(bold=True)
_WASH: Final = PatternFill("solid", fgColor="D5E8EA")
_LINE: Final = Border(bottom=Side("thin", color="5B6975"))
_ABOUT: Final = 100
_USUAL: Final = 8.4
"""Width of a column to which none is given, in characters."""
_NARROWEST: Final = 14
_WIDEST: Final = 60
_POINTS_A_LINE: Final = 15
_ACROSS: Final = 8
"""Columns over which a note is written, at least."""
_HEADER: Final = 4
"""The row of the columns' titles: above it are the title of the table and what it shows."""
_SHEETS: Final = {
    "figures": "Key figures",
    "ratios": "Predictive ratios",
    "groups": "Groups",
    "fifths": "Coverage by fifth",
    "quantiles": "Calibration of quantiles",
    "lift": "Lift",
    "lorenz": "Lorenz curve",
    "double_lift": "Double lift",
    "chances": "Chance of no cost",
    "audits": "Audit groups",
    "periods": "Stability over periods",
}
"""Names of sheets, which have room for 31 characters."""
_FORMATS: Final = {
    Layout.TEXT: "@",
    Layout.COUNT: "#,##0",
    Layout.MONEY: "#,##0",
    Layout.SHARE: "0.0%",
    Layout.RATIO: "0.000",
}


@dataclass(frozen=True, slots=True)
class ReportWorkbook(ReportWriter):
    """Writes a report as a workbook: what was judged and its limits, then a sheet with a chart for each table."""

    @property
    def ending(self) -> str:
        """Return the ending of workbooks."""
        return ".xlsx"

    def write(self, report: ActuarialReport) -> bytes:
        """Return the report as a workbook."""
        book = Workbook()
        book.properties.created = book.properties.modified = report.created_at.replace(tzinfo=None)
        book.remove(book["Sheet"])
        _about(book.create_sheet("About"), report)
        for table in report_tables(report):
            _fill(book.create_sheet(_SHEETS[table.name]), table)
        content = io.BytesIO()
        book.save(content)
        return content.getvalue()


def _about(sheet: Worksheet, report: ActuarialReport) -> None:
    lines = {
        "Actuary's report": report.model.name,
        "Subject": report.title,
        "Rows": report.basis,
        "Data": report.data,
        "Digest of the data": report.data_digest,
        "Digest of the model": report.model.digest,
        "Currency": report.currency,
        "Made (UTC)": f"{report.created_at:%Y-%m-%d %H:%M}",
    }
    for line in (*lines.items(), *(("Limit", limit) for limit in report.limits)):
        sheet.append([_text(cell) for cell in line])
        sheet.cell(sheet.max_row, 1).font = _HEAD
        sheet.cell(sheet.max_row, 2).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(sheet.max_row, 1).alignment = Alignment(vertical="top")
        sheet.row_dimensions[sheet.max_row].height = _POINTS_A_LINE * (1 + len(line[1]) // _ABOUT)
    sheet["A1"].font = sheet["B1"].font = _TITLE
    sheet.row_dimensions[1].height = 20
    sheet.column_dimensions["A"].width = 24
    sheet.column_dimensions["B"].width = _ABOUT
    _fit_to_paper(sheet)


def _fill(sheet: Worksheet, table: ReportTable) -> None:
    widths = [_width(title, [row[place] for row in table.rows]) for place, title in enumerate(table.columns)]
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet["A1"], sheet["A2"] = table.title, table.note
    sheet["A1"].font = _TITLE
    sheet["A2"].alignment = Alignment(wrap_text=True, vertical="top")
    across = max(len(widths), _ACROSS)
    sheet.merge_cells(start_row=2, end_row=2, start_column=1, end_column=across)
    room = sum(widths) + (across - len(widths)) * _USUAL
    sheet.row_dimensions[2].height = _POINTS_A_LINE * (1 + len(table.note) // int(room))
    lines = max(len(title) // int(width - 2) for title, width in zip(table.columns, widths, strict=True))
    sheet.row_dimensions[_HEADER].height = _POINTS_A_LINE * (1 + lines)
    texts = {place for place, cell in enumerate(table.rows[0]) if cell.layout is Layout.TEXT}
    for place, title in enumerate(table.columns):
        cell = sheet.cell(_HEADER, place + 1, title)
        cell.font, cell.fill, cell.border = _HEAD, _WASH, _LINE
        cell.alignment = Alignment(wrap_text=True, vertical="bottom", horizontal="left" if place in texts else "right")
    for number, row in enumerate(table.rows, _HEADER + 1):
        for place, cell in enumerate(row, 1):
            written = sheet.cell(number, place, _text(cell.value) if isinstance(cell.value, str) else cell.value)
            written.number_format = _FORMATS[cell.layout]
    sheet.freeze_panes = f"A{_HEADER + 1}"
    if drawn := chart_of(table, sheet, _HEADER):
        sheet.add_chart(drawn, f"A{_HEADER + len(table.rows) + 3}")
    _fit_to_paper(sheet)


def _width(title: str, cells: list[Cell]) -> float:
    longest = max((len(cell.value) for cell in cells if isinstance(cell.value, str)), default=0)
    word = max(map(len, title.split()))
    return min(max(_NARROWEST, longest + 2, word + 2), _WIDEST)


def _fit_to_paper(sheet: Worksheet) -> None:
    """Print on one page."""
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4


def _text(cell: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell
