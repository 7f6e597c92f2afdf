"""The port `job_files`: the files of jobs."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import timedelta

    from domain.costs.scoring_task import FileKind


class Upload(Protocol):
    """A file that is being received."""

    folder: str
    """Name of the folder that holds it, and will hold the answers."""
    size: int
    """Bytes that were received."""

    @abstractmethod
    def write(self, piece: bytes) -> None:
        """Append to the file.

        Raises:
            NoRoom: if there is no room for it and the answers.
        """

    @abstractmethod
    def finish(self) -> None:
        """Close the file, which is complete and durable then.

        Raises:
            NoRoom: if it cannot be written.
        """

    @abstractmethod
    def discard(self) -> None:
        """Erase the file."""


class JobFiles(Protocol):
    """Stores the files of jobs: people to be scored, and their answers."""

    @property
    @abstractmethod
    def place(self) -> str:
        """Return the identifier of the place of the files, which processes with access to the same files share.

        Raises:
            NoRoom: if no file can be stored there, and none ever was.
        """

    @abstractmethod
    def receive(self, kind: FileKind, size: int = 0) -> Upload:
        """Begin a file of ``size`` bytes, 0 where the size is unknown.

        Raises:
            NoRoom: if there is no room for it and its answers.
        """

    @abstractmethod
    def source(self, folder: str, kind: FileKind) -> str:
        """Return the path of the file of people, for `ScoringFiles`."""

    @abstractmethod
    def answers(self, folder: str, kind: FileKind) -> str:
        """Return the path of the file of answers, for `ScoringFiles`."""

    @abstractmethod
    def size(self, folder: str, kind: FileKind) -> int:
        """Return the size of the answers in bytes.

        Raises:
            JobFilesGone: if there are none.
        """

    @abstractmethod
    def read(self, folder: str, kind: FileKind, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes of the answers from ``start`` to before ``end``, piece by piece.

        Raises:
            JobFilesGone: if there are none; at once.
        """

    @abstractmethod
    def erase(self, folder: str) -> None:
        """Erase all files of a folder, if there is one."""

    @abstractmethod
    def erase_others(self, folders: Collection[str], *, older_than: timedelta) -> None:
        """Erase other folders that were not written to for ``older_than``: those of interrupted uploads."""
