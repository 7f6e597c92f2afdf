"""The port `report_writer`: a workbook with a sheet for each table."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from adapters.common.report_tables import Layout, report_tables
from domain.ports.report_writer import ReportWriter

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from adapters.common.report_tables import ReportTable
    from domain.models.actuarial_report import ActuarialReport

_HEAD: Final = Font(bold=True)
_WIDEST: Final = 60
_FORMATS: Final = {
    Layout.TEXT: "@",
    Layout.COUNT: "#,##0",
    Layout.MONEY: "#,##0",
    Layout.SHARE: "0.0%",
    Layout.RATIO: "0.000",
}
_LONGEST_NAME: Final = 31
"""Characters that a sheet's name may have."""


@dataclass(frozen=True, slots=True)
class ReportWorkbook(ReportWriter):
    """Writes a report as a workbook: what was judged, a sheet for each table, and the limits."""

    @property
    def ending(self) -> str:
        """Return the ending of workbooks."""
        return ".xlsx"

    def write(self, report: ActuarialReport) -> bytes:
        """Return the workbook."""
        book = Workbook()
        book.properties.created = book.properties.modified = report.created_at.replace(tzinfo=None)
        book.remove(book["Sheet"])
        _about(book.create_sheet("About"), report)
        for table in report_tables(report):
            _fill(book.create_sheet(table.title[:_LONGEST_NAME].rstrip()), table)
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
    sheet.column_dimensions["A"].width = 24
    sheet.column_dimensions["B"].width = 100


def _fill(sheet: Worksheet, table: ReportTable) -> None:
    sheet.append(table.columns)
    for title in sheet[1]:
        title.font = _HEAD
        title.alignment = Alignment(wrap_text=True)
    for row in table.rows:
        sheet.append([_text(cell.value) if isinstance(cell.value, str) else cell.value for cell in row])
        for written, cell in zip(sheet[sheet.max_row], row, strict=True):
            written.number_format = _FORMATS[cell.layout]
    for number, cells in enumerate(zip(*table.rows, strict=True), 1):
        longest = max((len(cell.value) for cell in cells if isinstance(cell.value, str)), default=0)
        sheet.column_dimensions[get_column_letter(number)].width = min(max(14, longest + 2), _WIDEST)
    sheet.freeze_panes = "A2"


def _text(cell: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell
