"""The port `archive`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from domain.operations.backups import About, Contents


class Archive(Protocol):
    """Many files in one, whose last part lists each of them with its SHA-256."""

    @abstractmethod
    def write(
        self, file: Path, files: Iterable[tuple[str, Path]], about: About, *, progress: Callable[[int], object]
    ) -> Contents:
        """Make an archive: aside, read back, and then in its place at once.

        Args:
            file: where; what is there is replaced when all is well.
            files: names in the archive, and where their content lies now. One that is gone meanwhile is left out.
            about: the home, kept with the files.
            progress: called with numbers of bytes that were done with.

        Raises:
            BackupRefused: if it cannot be written, or does not read back as it was written.
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
        """Read an archive to its end, and compare each file with the list.

        Args:
            file: the archive.
            into: a folder that gets the files; None only looks.
            progress: called with numbers of bytes that were done with.
            belongs: whether a file of this name may be in it; any by default.

        Raises:
            BackupRefused: if it is damaged or no archive of ours. What was written by then is the caller's to remove.
        """
