"""The dialect of a text file: the delimiter of its cells, and the line that names the columns."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from domain.errors import Flaw, UnreadableFile
from domain.people.cells import is_numeric
from domain.people.notes import NO_NAME, Decision, Note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

LOOKED_AT: Final = 50
"""Lines among which the header is searched."""
_DELIMITERS: Final = (",", ";", "\t", "|")
_SEPARATOR_LINE: Final = re.compile(r"\ufeff?\"?sep=(.)\"?\s*", re.IGNORECASE)
"""A first line that tells spreadsheets the delimiter."""
_MARKS: Final = re.compile(r"[\s,;|:^~]+")
"""What may stand between cells where quotation marks stand around whole lines, or another delimiter is used."""
_SURE: Final = 2
"""The number of known names from which on a line is surely the header."""
_SHOWN: Final = 60
"""The most letters of a line or a name in a message."""
_ENOUGH: Final = 0.75
"""Share of the columns of numbers that hold a number in a line of values."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The dialect of a text file.

    Args:
        delimiter: the character between cells.
        header: number of the line that names the columns, from 1.
        names: the names of the columns, none twice.
        notes: decisions about lines before the header and columns without a name.
        empty_behind: how many empty cells a row may have behind those that the header names.
    """

    delimiter: str
    header: int
    names: Sequence[str]
    notes: tuple[Note, ...] = ()
    empty_behind: int = 0

    @classmethod
    def of(cls, lines: Sequence[str], is_known: Callable[[str], bool]) -> Dialect:
        """Detect the dialect from the first lines of a file.

        Args:
            lines: the first `LOOKED_AT` or so, with their ends.
            is_known: whether a column of this name is looked for.

        Raises:
            UnreadableFile: if no line names the columns.
        """
        named = _SEPARATOR_LINE.fullmatch(lines[0]) if lines else None
        marks = (named[1],) if named else _DELIMITERS
        tables = [(mark, [*islice(records(iter(lines), mark), LOOKED_AT)]) for mark in marks]
        delimiter, rows = max(tables, key=lambda table: _fit(table[1], is_known))
        header = find_header(rows, is_known, after=1 if named else 0)
        named, below = rows[header.line - 1], rows[header.line :]
        _refuse_one_column(header.line, named, below, is_known)
        names, notes = named_columns(named)
        return cls(delimiter, header.line, names, (*header.notes, *notes), _empty_behind(named, below))


@dataclass(frozen=True, slots=True)
class Header:
    """The place of the header.

    Args:
        line: the number, from 1.
        notes: on the lines before it that were skipped.
    """

    line: int
    notes: tuple[Note, ...]


def records(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    """Yield the cells of each record, an empty list for an empty or damaged line."""
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    while True:
        try:
            yield next(reader)
        except csv.Error:
            yield []
        except StopIteration:
            return


def find_header(rows: Sequence[Sequence[object]], is_known: Callable[[str], bool], *, after: int = 0) -> Header:
    """Find the header: the row with most known names, else the first row that is about as full as most rows.

    Args:
        rows: the first ones of a table.
        is_known: whether a column of this name is looked for.
        after: the number of rows at the beginning that cannot be the header.

    Raises:
        UnreadableFile: if there is no header, or it holds values.
    """
    filled = [sum(map(bool, map(_text, row))) for row in rows]
    filled[:after] = [0] * after
    if not any(filled):
        raise UnreadableFile(Flaw.EMPTY, "no line names columns")
    # a word in a row of values may be a name, too; but names are no numbers
    named = [sum(is_known(_text(cell)) - _is_number(cell) for cell in row) for row in rows]
    named[:after] = [0] * after
    place = named.index(max(named))
    if named[place] <= 0 or (named[place] < _SURE and named[place] * 2 < filled[place]):
        usual = max(Counter(filter(None, filled)).items(), key=lambda pair: (pair[1], pair[0]))[0]
        place = next(i for i, count in enumerate(filled) if count > usual / 2)
        if named[place] <= 0:
            _refuse_values(rows, place)
    titles = [(i, [*filter(None, map(_text, rows[i]))]) for i in range(after, place) if filled[i]]
    return Header(place + 1, tuple(_title(i + 1, cells) for i, cells in titles))


def named_columns(cells: Sequence[object]) -> tuple[list[str], tuple[Note, ...]]:
    """Return the names of columns; those without a name are called `NO_NAME`, so that no fact is read from them.

    Raises:
        UnreadableFile: if two columns have the same name.
    """
    names = [_text(cell) for cell in cells]
    if twice := next((name for name, count in Counter(filter(None, names)).items() if count > 1), None):
        raise UnreadableFile(Flaw.BROKEN, f"two columns are called {_shortened(twice)!r}: rename one of them")
    unnamed = [i for i, name in enumerate(names) if not name]
    for i in unnamed:
        names[i] = NO_NAME if i == unnamed[0] else f"{NO_NAME} {i + 1}"
    return names, tuple(Note(Decision.UNNAMED, {"column": str(i + 1), "name": names[i]}) for i in unnamed)


def _fit(rows: Sequence[Sequence[str]], is_known: Callable[[str], bool]) -> tuple[int, int, int]:
    """Return how well a delimiter fits: known names in a line, lines with equally many cells, and their width."""
    widths = Counter(len(row) for row in rows if len(row) > 1 and any(row))
    width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
    return max((sum(is_known(cell.strip()) for cell in row) for row in rows), default=0), count, width


def _empty_behind(header: Sequence[str], below: Sequence[Sequence[str]]) -> int:
    """Return how many empty cells most rows have behind those of the header: delimiters that end a line."""
    filled = [row for row in below if any(map(_text, row))]
    longer = [len(row) for row in filled if len(row) > len(header) and not any(map(_text, row[len(header) :]))]
    return max(longer) - len(header) if len(longer) * 2 > len(filled) else 0


def _refuse_one_column(
    line: int, header: Sequence[str], below: Sequence[Sequence[str]], is_known: Callable[[str], bool]
) -> None:
    """Refuse a table whose only column names several: its cells are separated by another character."""
    words = _MARKS.split(_text(header[0])) if len(header) == 1 else []
    alike = [len(_MARKS.split(_text(row[0]))) == len(words) for row in below if any(map(_text, row))]
    if sum(map(is_known, words)) >= _SURE or (len(words) > _SURE and alike and all(alike)):
        message = f"line {line} names one column only ({_shortened(_text(header[0]))}): separate cells by , ; | or tabs"
        raise UnreadableFile(Flaw.BROKEN, message)


def _refuse_values(rows: Sequence[Sequence[object]], place: int) -> None:
    """Refuse a header that has numbers where the rows below have numbers: it is a person, and the header is missing."""
    below = next((row for row in rows[place + 1 :] if any(map(_text, row))), rows[place])
    numbers = [i for i, cell in enumerate(below) if _is_number(cell)]
    here = sum(i < len(rows[place]) and _is_number(rows[place][i]) for i in numbers)
    if numbers and here >= _ENOUGH * len(numbers):
        shown = _shortened(", ".join(map(_text, rows[place])))
        message = f"line {place + 1} holds values where the names of the columns belong: put a line of names above it"
        raise UnreadableFile(Flaw.EMPTY, f"{message} ({shown})")


def _title(line: int, cells: Sequence[str]) -> Note:
    return Note(Decision.TITLE, {"line": str(line), "text": _shortened(", ".join(cells))})


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}\N{HORIZONTAL ELLIPSIS}"


def _text(cell: object) -> str:
    return "" if cell is None else " ".join(str(cell).split())


def _is_number(cell: object) -> bool:
    return is_numeric(cell) if isinstance(cell, str) else isinstance(cell, int | float)
