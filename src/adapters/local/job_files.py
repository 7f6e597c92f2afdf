"""Files of jobs in a folder of this machine, or one that several machines share."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final
from uuid import uuid4

from adapters.common.disk import LEAST, free, sentence
from domain.errors import JobFilesGone, NoRoom
from domain.ports.job_files import JobFiles, Upload

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import timedelta

    from domain.costs.scoring_task import FileKind

_PLACE: Final = "place"
"""The file with the identifier of the folder, which machines that share it have in common."""
_PIECE: Final = 256 * 1024
_LOOK_EACH: Final = 16 * 2**20
"""Bytes of an upload after which the free space is checked again."""
_ANSWERS: Final = 2
"""Room to leave for the answers, in sizes of the file of people: answers hold its rows, too."""
_RETRY_AFTER: Final = 60.0


class LocalJobFiles(JobFiles):
    """Keeps the file of people and the answers of each job in a folder with a random name.

    Args:
        root: the folder of these folders; made when the first file comes.
        least: bytes that stay free on its disk.
    """

    def __init__(self, root: Path, *, least: int = LEAST) -> None:
        self._root, self._least = root, least
        self._place = ""

    @property
    def place(self) -> str:
        """Return the identifier of the root, which the first process wrote."""
        self._place = self._place or self._read_place()
        return self._place

    def _read_place(self) -> str:
        try:
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            file, draft = self._root / _PLACE, self._root / f".{uuid4().hex}"
            if not file.exists():
                draft.write_text(uuid4().hex)
                with suppress(FileExistsError):
                    os.link(draft, file)  # no other process sees a name that is half written, or two names
                draft.unlink()
            return file.read_text()
        except OSError as error:
            raise _no_room(error, self._root) from error

    def receive(self, kind: FileKind, size: int = 0) -> Upload:
        """Make a folder, and open the file of people in it."""
        self.require_room(size * (1 + _ANSWERS))
        folder = uuid4().hex
        try:
            (self._root / folder).mkdir(mode=0o700, parents=True)
            return _LocalUpload(self, folder, Path(self.source(folder, kind)).open("wb"))
        except OSError as error:
            raise _no_room(error, self._root) from error

    def source(self, folder: str, kind: FileKind) -> str:
        """Return the path of the uploaded file."""
        return str(self._root / folder / f"people.{kind}")

    def answers(self, folder: str, kind: FileKind) -> str:
        """Return the path of the file of costs."""
        return str(self._root / folder / f"costs.{kind}")

    def size(self, folder: str, kind: FileKind) -> int:
        """Ask the file system."""
        try:
            return Path(self.answers(folder, kind)).stat().st_size
        except OSError:
            raise JobFilesGone from None

    def read(self, folder: str, kind: FileKind, start: int, end: int) -> Iterator[bytes]:
        """Open the file, which is read on also if it is erased meanwhile."""
        try:
            file = Path(self.answers(folder, kind)).open("rb")  # noqa: SIM115  # the generator that reads it closes it
        except OSError:
            raise JobFilesGone from None
        return _pieces(file, start, end)

    def erase(self, folder: str) -> None:
        """Remove the folder; what somebody writes to it meanwhile is removed by `erase_others`."""
        shutil.rmtree(self._root / folder, ignore_errors=True)

    def erase_others(self, folders: Collection[str], *, older_than: timedelta) -> None:
        """Look through the root."""
        if not self._root.is_dir():
            return
        late = time.time() - older_than.total_seconds()
        for folder in self._root.iterdir():
            if folder.name != _PLACE and folder.name not in folders and _changed_at(folder) < late:
                shutil.rmtree(folder, ignore_errors=True) if folder.is_dir() else folder.unlink(missing_ok=True)

    def require_room(self, size: int) -> None:
        """Refuse what the disk has no room for.

        Raises:
            NoRoom: saying how much there is.
        """
        if (there := free(self._root)) < size + self._least:
            message = (
                f"this file and its answers need about {max(size, self._least) / 1e6:,.0f} MB, and {there / 1e6:,.0f} "
                "MB are free: send less at a time, or erase jobs that have ended"
            )
            raise NoRoom(message, retry_after=_RETRY_AFTER)


class _LocalUpload(Upload):
    def __init__(self, files: LocalJobFiles, folder: str, file: IO[bytes]) -> None:
        self.folder, self.size = folder, 0
        self._files, self._file, self._looked = files, file, 0

    def write(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size - self._looked >= _LOOK_EACH:
            self._looked = self.size
            self._files.require_room(self.size * _ANSWERS)
        try:
            self._file.write(piece)
        except OSError as error:
            raise _no_room(error, Path(self._file.name)) from error

    def finish(self) -> None:
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            raise _no_room(error, Path(self._file.name)) from error

    def discard(self) -> None:
        with suppress(OSError):
            self._file.close()
        self._files.erase(self.folder)


def _pieces(file: IO[bytes], start: int, end: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while start < end and (piece := file.read(min(_PIECE, end - start))):
            start += len(piece)
            yield piece


def _changed_at(folder: Path) -> float:
    """Return when a folder, or a file in it, was last written to."""
    times = [0.0]
    for path in (folder, *(folder.iterdir() if folder.is_dir() else ())):
        with suppress(OSError):
            times.append(path.stat().st_mtime)
    return max(times)


def _no_room(error: OSError, folder: Path) -> NoRoom:
    why = sentence(error.errno, folder, "the folder of jobs") or f"the file cannot be kept: {error.strerror}"
    return NoRoom(why, retry_after=_RETRY_AFTER)
