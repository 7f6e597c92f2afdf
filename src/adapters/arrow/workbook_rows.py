"""A sheet of an Excel workbook (.xlsx), row by row."""

from __future__ import annotations

import datetime as dt
import warnings
import zlib
from contextlib import closing, contextmanager
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from adapters.arrow.dialect import LOOKED_AT, find_header, named_columns
from adapters.arrow.row_source import NumberedRow, RowSource
from adapters.arrow.text_rows import wrong_width
from adapters.arrow.workbook_archive import MOST_ROWS, WorkbookArchive
from domain.errors import Flaw, UnreadableFile
from domain.people.notes import Decision, Note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MAGIC: Final = b"PK\x03\x04"
_DAMAGE: Final = (
    *(BadZipFile, zlib.error, ParseError, OSError, EOFError, RuntimeError),
    *(KeyError, ValueError, TypeError, IndexError, AttributeError),
)
"""Errors that openpyxl raises where a part is not as it should be."""


class WorkbookRows(RowSource):
    """One sheet of a workbook. Cells are text, numbers, truth values, or None; dates are text in ISO 8601.

    Args:
        opened: opens the file anew, at its start.
        is_known: whether a column of this name is looked for.
        sheet: the name of the sheet; empty for the first that is not hidden.

    Raises:
        UnreadableFile: if it is no workbook, there is no such sheet, or no line names the columns.
    """

    def __init__(self, opened: Callable[[], IO[bytes]], is_known: Callable[[str], bool], sheet: str = "") -> None:
        self._opened, self._checked = opened, set[str]()
        with self._workbook() as book:
            names = [str(page.title) for page in book.worksheets if page.sheet_state == "visible"]
        if not names:
            raise UnreadableFile(Flaw.EMPTY, "the workbook has no sheet with rows")
        if sheet and sheet not in names:
            raise UnreadableFile(Flaw.EMPTY, f"there is no sheet {sheet!r}: choose one of {', '.join(names)}")
        self._sheet, self.semicolons = sheet or names[0], False
        first = [*islice(self._cells(), LOOKED_AT)]
        header = find_header(first, is_known)
        self.header = header.line
        self.names, unnamed = named_columns(_trimmed(first[header.line - 1]))
        self.notes: Sequence[Note] = (*header.notes, *unnamed)
        if len(names) > 1:
            self.notes = (Note(Decision.SHEET, {"count": str(len(names)), "name": repr(self._sheet)}), *self.notes)

    def rows(self) -> Iterator[NumberedRow]:
        """Yield the rows behind the header."""
        width = len(self.names)
        for number, cells in enumerate(islice(self._cells(), self.header, None), self.header + 1):
            if number > MOST_ROWS:
                raise UnreadableFile(Flaw.LARGE, f"the sheet has more than {MOST_ROWS:,} rows")
            used = _trimmed(cells)
            if len(used) > width:
                yield NumberedRow(number, used, wrong_width(len(used), width))
            elif used:
                yield NumberedRow(number, [*used, *[None] * (width - len(used))])

    def _cells(self) -> Iterator[Sequence[object]]:
        with self._workbook() as book:
            sheet = book[self._sheet]
            sheet.reset_dimensions()  # what a sheet says about its size need not be so
            for row in sheet.iter_rows(values_only=True):
                yield [*map(_plain, row)]

    @contextmanager
    def _workbook(self) -> Iterator[Any]:
        from openpyxl.reader.excel import ExcelReader  # noqa: PLC0415  # takes a third of a second, for such files only

        with self._opened() as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that are not kept
            try:
                reader: Any = ExcelReader(file, read_only=True, data_only=True, keep_links=False)
                with closing(WorkbookArchive(file, self._checked)) as reader.archive:
                    reader.read()
                    yield reader.wb
            except _DAMAGE as error:
                raise UnreadableFile(Flaw.BROKEN, f"the workbook is damaged: {error}") from error


def _trimmed(cells: Sequence[object]) -> Sequence[object]:
    """Return the cells up to the last that has a value."""
    end = len(cells)
    while end and (cells[end - 1] is None or cells[end - 1] == ""):
        end -= 1
    return cells[:end]


def _plain(value: object) -> object:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dt.datetime) and value.time() == dt.time.min:
        return value.date().isoformat()
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return value.isoformat() if not isinstance(value, dt.timedelta) else str(value)
    return value
