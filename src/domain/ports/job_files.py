"""The port `job_files`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import timedelta

    from domain.costs.scoring_task import FileKind


class Upload(Protocol):
    """A file that is coming in."""

    folder: str
    """Name of the folder that holds it, and will hold the answers."""
    size: int
    """Bytes that have come."""

    @abstractmethod
    def write(self, piece: bytes) -> None:
        """Append to the file.

        Raises:
            NoRoom: if there is no room for it and the answers.
        """

    @abstractmethod
    def finish(self) -> None:
        """Close the file, which is whole; it outlives this process.

        Raises:
            NoRoom: if it cannot be written.
        """

    @abstractmethod
    def discard(self) -> None:
        """Erase it."""


class JobFiles(Protocol):
    """Keeps the files of jobs: people that are to be scored, and their answers."""

    @property
    @abstractmethod
    def place(self) -> str:
        """Return the name of the place where the files lie: processes with the same one see the same files.

        Raises:
            NoRoom: if nothing can be kept there, and nothing ever was.
        """

    @abstractmethod
    def receive(self, kind: FileKind, size: int = 0) -> Upload:
        """Begin a file of so many bytes, 0 where nobody knows how many will come.

        Raises:
            NoRoom: if there is no room for it and its answers.
        """

    @abstractmethod
    def source(self, folder: str, kind: FileKind) -> str:
        """Return where the file of people lies, for `ScoringFiles`."""

    @abstractmethod
    def answers(self, folder: str, kind: FileKind) -> str:
        """Return where the file of answers lies or will lie, for `ScoringFiles`."""

    @abstractmethod
    def size(self, folder: str, kind: FileKind) -> int:
        """Return how many bytes the answers have.

        Raises:
            JobFilesGone: if there are none.
        """

    @abstractmethod
    def read(self, folder: str, kind: FileKind, start: int, end: int) -> Iterator[bytes]:
        """Give the bytes of the answers from ``start`` to before ``end``, piece by piece.

        Raises:
            JobFilesGone: if there are none; at once.
        """

    @abstractmethod
    def erase(self, folder: str) -> None:
        """Erase all files of a folder, if there is one."""

    @abstractmethod
    def erase_others(self, folders: Collection[str], *, older_than: timedelta) -> None:
        """Erase what belongs to none of these folders and was not written to for so long: uploads that broke off."""
