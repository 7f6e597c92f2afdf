"""Files of jobs kept in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from domain.errors import JobFilesGone, NoRoom
from domain.ports.job_files import JobFiles, Upload

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import timedelta

    from domain.costs.scoring_task import FileKind

_PIECE: Final = 1 << 16


@dataclass
class MemoryJobFiles(JobFiles):
    """Keeps the bytes of files by their addresses.

    Args:
        room: bytes that there is room for.
        files: content by address.
    """

    room: int = 1 << 30
    files: dict[str, bytearray] = field(default_factory=dict[str, bytearray])
    _place: str = field(default_factory=lambda: uuid4().hex)

    @property
    def place(self) -> str:
        """Return an identifier of this object."""
        return self._place

    def receive(self, kind: FileKind, size: int = 0) -> Upload:
        """Begin an upload."""
        self.refuse_beyond(size)
        upload = _MemoryUpload(self, kind)
        self.files[self.source(upload.folder, kind)] = bytearray()
        return upload

    def source(self, folder: str, kind: FileKind) -> str:
        """Return the name of the uploaded file."""
        return f"{folder}/people.{kind}"

    def answers(self, folder: str, kind: FileKind) -> str:
        """Return the name of the file of costs."""
        return f"{folder}/costs.{kind}"

    def size(self, folder: str, kind: FileKind) -> int:
        """Return the bytes of the answers."""
        return len(self._answers(folder, kind))

    def read(self, folder: str, kind: FileKind, start: int, end: int) -> Iterator[bytes]:
        """Yield slices of the answers."""
        data = bytes(self._answers(folder, kind)[start:end])
        return (data[at : at + _PIECE] for at in range(0, len(data), _PIECE))

    def erase(self, folder: str) -> None:
        """Remove the files of a folder."""
        for address in [path for path in self.files if path.startswith(f"{folder}/")]:
            del self.files[address]

    def erase_others(self, folders: Collection[str], *, older_than: timedelta) -> None:
        """Remove the files of other folders, whatever their age, which is not recorded here."""
        del older_than
        for folder in {address.partition("/")[0] for address in self.files} - {*folders}:
            self.erase(folder)

    def refuse_beyond(self, size: int) -> None:
        """Refuse files beyond the room."""
        if sum(map(len, self.files.values())) + size > self.room:
            message = f"there is room for {self.room} bytes"
            raise NoRoom(message)

    def _answers(self, folder: str, kind: FileKind) -> bytearray:
        try:
            return self.files[self.answers(folder, kind)]
        except KeyError:
            raise JobFilesGone from None


@dataclass
class _MemoryUpload(Upload):
    files: MemoryJobFiles
    kind: FileKind
    folder: str = field(default_factory=lambda: uuid4().hex)
    size: int = 0

    def write(self, piece: bytes) -> None:
        self.files.refuse_beyond(len(piece))
        self.files.files[self.files.source(self.folder, self.kind)] += piece
        self.size += len(piece)

    def finish(self) -> None:
        """Store the uploaded file."""

    def discard(self) -> None:
        self.files.erase(self.folder)
