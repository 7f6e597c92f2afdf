"""The port `archive`: archives of a backup."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from domain.operations.backups import About, Contents


class Archive(Protocol):
    """Writes and reads archives, whose last part lists their files, each with its SHA-256."""

    @abstractmethod
    def write(
        self, file: Path, files: Iterable[tuple[str, Path]], about: About, *, progress: Callable[[int], object]
    ) -> Contents:
        """Make an archive as a draft, read it back, and move it to its place.

        Args:
            file: the path of the archive; a file there is replaced when the archive is complete.
            files: names in the archive, and paths of their content. A file that is gone meanwhile is left out.
            about: facts about the home, stored with the files.
            progress: called with numbers of bytes that were done with.

        Raises:
            BackupRefused: if the archive cannot be written, or does not read back as it was written.
        """

    @abstractmethod
    def read(
        self,
        file: Path,
        into: Path | None,
        *,
        progress: Callable[[int], object],
        belongs: Callable[[str], bool] = lambda _: True,
    ) -> Contents:
        """Read an archive to its end, and verify each file by the list.

        Args:
            file: the archive.
            into: a folder for the files; None for a check only.
            progress: called with numbers of bytes that were done with.
            belongs: whether a file of this name may be in it; any by default.

        Raises:
            BackupRefused: if it is damaged or no archive of ours. The caller removes files that were written before.
        """
