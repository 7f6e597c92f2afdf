"""The port `people_files`."""

from __future__ import annotations

from abc import abstractmethod
from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from domain.errors import FieldError
    from domain.people_table import Row


class PeopleTable(Protocol):
    """A table of people that was given as a file."""

    columns: Sequence[str]
    """Names as the file has them, none twice."""

    @abstractmethod
    def batches(self, at_once: int) -> Iterator[Sequence[Row | FieldError]]:
        """Give the rows from the first, ``at_once`` of them at a time; what is wrong stands for an unreadable row.

        May be called again and from several threads; each reads by itself.

        Raises:
            UnreadableFile: at the place where the rest of the file cannot be read, or holds too many rows.
        """

    @abstractmethod
    def close(self) -> None:
        """Forget the file; nothing of it is left behind."""


class PeopleFiles(Protocol):
    """Reads tables of people, and writes them."""

    @abstractmethod
    def read(self, file: IO[bytes]) -> PeopleTable:
        """Recognise CSV or Parquet by its content. The table keeps the file open until it is closed.

        Raises:
            UnreadableFile: if it is neither, or larger than a person's file would be.
        """

    @abstractmethod
    def write(self, kind: str, columns: Sequence[str], rows: Iterable[Sequence[Row]]) -> Iterator[bytes]:
        """Write rows as a file of a kind, ``csv`` or ``parquet``, and give its bytes piece by piece."""
