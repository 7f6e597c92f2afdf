"""Writers of reports, one for each kind of file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.ports.report_writer import ReportWriters


def report_writers() -> ReportWriters:
    """Return the writers of reports, by the ending of their files."""
    from adapters.jinja.report_page import ReportPage
    from adapters.msgspec.report_document import ReportDocument
    from adapters.openpyxl.report_workbook import ReportWorkbook

    return {writer.ending: writer for writer in (ReportPage(), ReportWorkbook(), ReportDocument())}
