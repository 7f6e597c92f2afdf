"""The archive of a workbook, each part of which is checked before it is parsed.

A few kilobytes may unpack to gigabytes. A parser keeps all cells of a row, and all shared texts, in memory: how many
there are, and how long, is counted while a part is unpacked piece by piece.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from domain.errors import Flaw, UnreadableFile

if TYPE_CHECKING:
    from zipfile import ZipInfo

_MOST_PARTS: Final = 10_000
_PIECE: Final = 256 * 1024
_GROUPS: Final = frozenset({"row", "si"})
"""Elements that a parser holds in memory as a whole: a row of a sheet, and a shared text."""
_COLUMN_LETTERS: Final = 3
MOST_ROWS: Final = 1_048_576
"""The most rows of a sheet in Excel."""


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Limits of a part.

    Args:
        size: bytes, unpacked.
        groups: rows, or shared texts.
        children: elements in each of them.
        outside: elements outside of them.
        text: letters of one value.
    """

    size: int
    groups: int = MOST_ROWS
    children: int = 70_000
    outside: int = 200_000
    text: int = 131_072


_DESCRIPTION: Final = _Bounds(8 * 1024 * 1024)
_LARGER: Final = {"xl/worksheets/": _Bounds(1024 * 1024 * 1024), "xl/sharedStrings.xml": _Bounds(64 * 1024 * 1024)}
"""Parts that hold the rows, by the beginnings of their names. All others describe the workbook."""


class WorkbookArchive(ZipFile):
    """A zip archive that opens no part that is damaged, or larger than an honest table would be.

    Args:
        file: the workbook.
        checked: names of parts that were checked already; grows.

    Raises:
        UnreadableFile: if it is no archive; and by `open` for such a part.
    """

    def __init__(self, file: IO[bytes], checked: set[str]) -> None:
        super().__init__(file)
        self._checked = checked
        names = self.namelist()
        if len(names) > _MOST_PARTS or len(set(names)) < len(names):
            raise UnreadableFile(Flaw.BROKEN, "the workbook has too many parts, or one of them twice")

    def open(self, name: str | ZipInfo, mode: Any = "r", *given: Any, **more: Any) -> IO[bytes]:
        """Open a part after checking it."""
        part = name if isinstance(name, str) else name.filename
        if part not in self._checked:
            self._look_through(part)
            self._checked.add(part)
        return super().open(name, mode, *given, **more)

    def _look_through(self, name: str) -> None:
        bounds = next((larger for start, larger in _LARGER.items() if name.startswith(start)), _DESCRIPTION)
        counter = _Counter(name, bounds)
        try:
            with super().open(name) as part:
                while piece := part.read(_PIECE):
                    counter.feed(piece)
            counter.feed(b"", is_last=True)
        except (BadZipFile, zlib.error, expat.ExpatError, EOFError, NotImplementedError, RuntimeError) as error:
            message = f"the part {name} of the workbook is damaged: {error}"
            raise UnreadableFile(Flaw.BROKEN, message) from error


class _Counter:
    """Counts the elements and letters of a part that a parser would hold in memory."""

    def __init__(self, name: str, bounds: _Bounds) -> None:
        self._name, self._bounds = name, bounds
        self._size = self._groups = self._children = self._outside = self._text = 0
        self._is_inside = False
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._letters
        self._parser.StartDoctypeDeclHandler = self._declaration

    def feed(self, piece: bytes, *, is_last: bool = False) -> None:
        self._size += len(piece)
        self._refuse(self._size, self._bounds.size, "bytes")
        self._parser.Parse(piece, is_last)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._text = 0
        if name.rpartition(" ")[2] in _GROUPS:
            self._is_inside = True
            self._groups += 1
            self._children = 0
            self._refuse(self._groups, self._bounds.groups, "rows or texts")
            if len(row := attributes.get("r", "")) > len(str(MOST_ROWS)):
                raise UnreadableFile(
                    Flaw.BROKEN, f"the part {self._name} of the workbook has row {row[:20]}: a sheet has {MOST_ROWS:,}"
                )
        elif self._is_inside:
            self._children += 1
            self._refuse(self._children, self._bounds.children, "values in one row")
            if attributes.get("r", "")[: _COLUMN_LETTERS + 1].isalpha():
                raise UnreadableFile(Flaw.BROKEN, f"the part {self._name} of the workbook has a cell behind column XFD")
        else:
            self._outside += 1
            self._refuse(self._outside, self._bounds.outside, "elements")

    def _end(self, name: str) -> None:
        if name.rpartition(" ")[2] in _GROUPS:
            self._is_inside = False

    def _letters(self, text: str) -> None:
        self._text += len(text)
        self._refuse(self._text, self._bounds.text, "letters in one value")

    def _declaration(self, *_: object) -> None:
        raise UnreadableFile(Flaw.BROKEN, f"the part {self._name} of the workbook declares entities")

    def _refuse(self, count: int, most: int, what: str) -> None:
        if count > most:
            message = f"the part {self._name} of the workbook has more than {most:,} {what}"
            raise UnreadableFile(Flaw.LARGE, message)
