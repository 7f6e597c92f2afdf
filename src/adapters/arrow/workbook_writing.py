"""Rows written as an Excel workbook (.xlsx), of which one row at a time is in memory."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec

from adapters.arrow.reading import unusable
from adapters.arrow.waiting_rows import columns_of, objects
from adapters.arrow.workbook_archive import MOST_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Characters that XML cannot hold."""
_WIDTH: Final = 14


def write_workbook(lines: IO[bytes], place: Path) -> None:
    """Write the objects of a file of JSON Lines as a workbook.

    Args:
        lines: open at its start; read twice.
        place: where the workbook will be.

    Raises:
        InvalidInput: if a sheet cannot hold so many rows.
    """
    columns, count = columns_of(lines)
    if count >= MOST_ROWS:
        message = f"it has {count:,} rows, and a sheet holds {MOST_ROWS - 1:,} below its header: choose another kind"
        raise unusable(place, message)
    save_workbook(columns, ([row.get(name) for name in columns] for row in objects(lines)), place)


def save_workbook(columns: Sequence[str], rows: Iterable[Sequence[object]], place: Path | IO[bytes]) -> None:
    """Write rows below their names as the only sheet of a workbook."""
    from openpyxl import Workbook  # noqa: PLC0415  # takes a third of a second, for such files only
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415  # openpyxl takes a third of a second, for workbooks only

    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("costs")
    sheet.freeze_panes = "A2"
    for i in range(len(columns)):
        sheet.column_dimensions[_letters(i)].width = _WIDTH

    def cell(value: object) -> object:
        if isinstance(value, float) and not math.isfinite(value):
            return None  # Excel takes a workbook with such a number for damaged
        if value is None or isinstance(value, bool | int | float | Decimal):
            return value
        text = msgspec.json.encode(value, enc_hook=str).decode() if isinstance(value, dict | list) else str(value)
        text = _FORBIDDEN.sub("", text)
        if not text.startswith("="):
            return text
        made = WriteOnlyCell(sheet, text)
        made.data_type = "s"  # a text, whatever it begins with: nothing of it is calculated
        return made

    sheet.append([*map(cell, columns)])
    for row in rows:
        sheet.append([*map(cell, row)])
    book.save(place)


def _letters(place: int) -> str:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415  # openpyxl takes a third of a second, for workbooks only

    return get_column_letter(place + 1)
