"""Tables that are read row by row."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domain.errors import FieldError
    from domain.people.notes import Note


class NumberedRow(NamedTuple):
    """One row.

    Args:
        line: as a spreadsheet numbers it.
        cells: as many as there are names; those that there are in a row that cannot be read.
        broken: why the row cannot be read; None if it can.
    """

    line: int
    cells: Sequence[object]
    broken: FieldError | None = None


class RowSource(Protocol):
    """A table whose rows can be read in order, any number of times."""

    names: Sequence[str]
    """Names of the columns, none twice."""
    header: int
    """Number of the line that names the columns."""
    notes: Sequence[Note]
    """What was decided when the table was opened."""
    semicolons: bool
    """Whether semicolons separate cells, as where the decimal sign is a comma."""

    @abstractmethod
    def rows(self) -> Iterator[NumberedRow]:
        """Yield the rows behind the header; those without any value are left out, but their lines count.

        Raises:
            UnreadableFile: at the place where the rest of the file cannot be read.
        """
