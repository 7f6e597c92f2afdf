"""Delimited text in any usual dialect and encoding, row by row: no more than a line is in memory."""

from __future__ import annotations

import csv
import io
import string
from itertools import islice
from typing import IO, TYPE_CHECKING, Final

from adapters.arrow.dialect import LOOKED_AT, Dialect
from adapters.arrow.encodings import FALLBACK, encoding_of
from adapters.arrow.lines import bounded_lines
from adapters.arrow.row_source import NumberedRow, RowSource
from domain.errors import FieldError, Flaw, UnreadableFile
from domain.people.notes import NO_NAME, Decision, Note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


_BLANK: Final = string.whitespace + "\x1a\xa0\ufeff"
"""Letters of cells that hold nothing; DOS ends a file with the first that is no space."""


class TextRows(RowSource):
    """A text file.

    Args:
        opened: opens the file anew, at its start.
        is_known: whether the schema knows a column of this name.


    Raises:
        UnreadableFile: if it is no text, or no line names the columns.
    """

    def __init__(self, opened: Callable[[], IO[bytes]], is_known: Callable[[str], bool]) -> None:
        self._opened = opened
        with opened() as file:
            self._encoding = encoding_of(file)
        dialect = Dialect.of([*islice(self._lines(), LOOKED_AT)], is_known)
        self._empty_behind = dialect.empty_behind
        self._delimiter, self.semicolons = dialect.delimiter, dialect.delimiter == ";"
        self.names, self.header, self.notes = dialect.names, dialect.header, dialect.notes
        if self._encoding == FALLBACK:
            self.notes = (Note(Decision.ENCODING, {"encoding": "Windows-1252"}), *self.notes)

    def rows(self) -> Iterator[NumberedRow]:
        """Yield the rows behind the header."""
        reader = csv.reader(self._lines(), delimiter=self._delimiter, skipinitialspace=True, strict=True)
        width, number = len(self.names), 0
        named = max((i for i, name in enumerate(self.names, 1) if not name.startswith(NO_NAME)), default=width)
        while True:
            number += 1
            lines = reader.line_num
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                first = number
                for number in range(first, first + max(1, reader.line_num - lines)):  # each line is a row
                    if number > self.header:
                        yield NumberedRow(number, (), _damaged(error, None if number == first else first))
                continue
            if number <= self.header or not cells or (cells[0][:1] in _BLANK and _are_blank(cells)):
                continue
            if len(cells) == width:
                yield NumberedRow(number, cells)
            elif width < len(cells) <= width + self._empty_behind and not any(map(str.strip, cells[width:])):
                yield NumberedRow(number, cells[:width])
            elif named <= len(cells) < width:  # columns without a name at the end of a line may be left out
                yield NumberedRow(number, [*cells, *[""] * (width - len(cells))])
            else:
                yield NumberedRow(number, cells, wrong_width(len(cells), width))

    def _lines(self) -> Iterator[str]:
        number = 0
        with self._opened() as file, io.TextIOWrapper(file, encoding=self._encoding, newline="") as text:
            try:
                for line in bounded_lines(text):
                    number += 1
                    yield line
            except UnicodeDecodeError as error:
                message = f"near line {number + 1} the file is not {self._encoding.upper()} text: save it as CSV UTF-8"
                raise UnreadableFile(Flaw.ENCODING, message) from error


def _are_blank(cells: list[str]) -> bool:
    return not any(cell.strip(_BLANK) for cell in cells)


def _damaged(error: csv.Error, first: int | None) -> FieldError:
    """Return the error for a damaged line, or for one that a quotation mark in the line ``first`` takes in."""
    if first:
        detail = f"cannot be read: it stands behind a quotation mark that line {first} opens"
    elif "end of data" in str(error) or "field limit" in str(error):
        detail = f"cannot be read: {error}; is a quotation mark opened here that nothing closes?"
    else:
        detail = f"cannot be read: {error}"
    return FieldError("all", "malformed", detail)


def wrong_width(cells: int, names: int) -> FieldError:
    """Return the error for a row with more or fewer cells than the header."""
    return FieldError("all", "malformed", f"{cells:,} fields, the header has {names:,}")
