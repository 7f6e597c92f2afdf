"""Profiles of the columns of an unknown table, read in one pass."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from adapters.arrow.columns import with_plain_texts
from adapters.arrow.dialect import NO_NAME
from adapters.arrow.parquet import BoundedParquet
from adapters.arrow.text_rows import TextRows
from adapters.arrow.workbook_rows import MAGIC, WorkbookRows
from domain.errors import ConfigurationError
from domain.people.column_content import ColumnContent

if TYPE_CHECKING:
    from pathlib import Path

MOST_ROWS: Final = 100_000
"""The most rows at the beginning of a file that are read."""
_BATCH: Final = 8_192


def contents_of(file: Path, *, sheet: str = "") -> list[ColumnContent]:
    """Count the values of each named column of a file: CSV in any dialect, a workbook, or Parquet.

    Raises:
        ConfigurationError: if the file cannot be opened.
        UnreadableFile: if it is none of these, or no line names the columns.
    """
    try:
        with file.open("rb") as opened:
            magic = opened.read(len(MAGIC))
    except OSError as error:
        message = f"{file} cannot be read ({error.strerror}): give the path of a CSV, XLSX or Parquet file"
        raise ConfigurationError(message) from error
    if magic == b"PAR1":
        return _parquet_contents(file)
    source = (
        WorkbookRows(partial(file.open, "rb"), _unknown, sheet)
        if magic == MAGIC
        else TextRows(partial(file.open, "rb"), _unknown)
    )
    contents = [ColumnContent(name) for name in source.names]
    for row in source.rows():
        if row.broken is None:
            for content, cell in zip(contents, row.cells, strict=True):
                content.add(cell)
        if contents[0].cells >= MOST_ROWS:
            break
    return [content for content in contents if not content.name.startswith(NO_NAME)]


def _unknown(_: str) -> bool:
    return False


def _parquet_contents(file: Path) -> list[ColumnContent]:
    with pa.OSFile(str(file)) as opened:
        parquet = BoundedParquet(opened)
        contents = [ColumnContent(name) for name in parquet.names]
        for batch in parquet.batches(_BATCH):
            for content, column in zip(contents, batch.columns, strict=True):
                for cell in with_plain_texts(column).to_pylist():
                    content.add(cell)
            if contents[0].cells >= MOST_ROWS:
                break
    return contents
