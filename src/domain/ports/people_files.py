"""The port `people_files`: files of people."""

from __future__ import annotations

from abc import abstractmethod
from typing import IO, TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from domain.people.notes import Note
    from domain.people.people_table import Line, Row
    from domain.people.schema import Schema

KINDS: Final = ("text", "workbook", "parquet")
"""The kinds of files that can be read."""


class PeopleTable(Protocol):
    """A table of people that was given as a file."""

    kind: str
    """The kind of the file, one of `KINDS`."""

    columns: Sequence[str]
    """Names as the file has them, none twice; one without a name is called "(no name)"."""
    header: int
    """Number of the line that names the columns: more than 1 where a title stands above it."""
    notes: Sequence[Note]
    """Decisions that were made when the file was opened."""
    semicolons: bool
    """Whether semicolons separate cells, as where the decimal sign is a comma."""

    @abstractmethod
    def cells(self, column: str) -> Iterable[object]:
        """Return the different texts of a column among the first rows, which decide the style of its numbers."""

    @abstractmethod
    def batches(self, at_once: int) -> Iterator[Sequence[Line]]:
        """Yield the rows from the first, ``at_once`` of them at a time, each with its line number.

        Lines are numbered as in a spreadsheet: the header is line `header`, and empty lines count. In Parquet the first
        row is line 2. A row that cannot be read has the reason, and the cells that could be read.

        The method may be called again and from several threads; each call reads by itself.

        Raises:
            UnreadableFile: at the place where the rest of the file cannot be read, or holds too many rows.
        """

    @abstractmethod
    def close(self) -> None:
        """Close the file, and remove temporary data."""


class PeopleFiles(Protocol):
    """Reads tables of people, and writes them."""

    @abstractmethod
    def read(self, file: IO[bytes], schema: Schema, kinds: Collection[str] = KINDS) -> PeopleTable:
        """Open text, a workbook or Parquet, recognised by its content. The table keeps the file until it is closed.

        Args:
            file: on a disk, or in memory.
            schema: names the known columns.
            kinds: the kinds that are allowed, of `KINDS`.

        Raises:
            UnreadableFile: if it is none of them, or larger than a person's file would be.
        """

    @abstractmethod
    def write(
        self,
        kind: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[Row]],
        types: Mapping[str, type[float | str]],
    ) -> Iterator[bytes]:
        """Write rows as a file of a kind, ``csv``, ``xlsx`` or ``parquet``, and yield its bytes piece by piece.

        ``types`` names the columns that hold whole numbers, numbers or text, also where the first rows are empty.
        """
