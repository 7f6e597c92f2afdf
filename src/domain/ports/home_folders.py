"""The port `home_folders`: the files of a home, and the replacement of one home by another."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path


class HomeFolders(Protocol):
    """Homes as folders: their files beside the databases, and the replacement of one home by another."""

    @abstractmethod
    def draft(self, home: Path) -> AbstractContextManager[Path]:
        """Make an empty folder in a home while the block runs, closed to other users, for copies of people's facts.

        Drafts of killed processes are removed.
        """

    @abstractmethod
    def files(self, home: Path, draft: Path) -> Sequence[tuple[str, Path]]:
        """Return the files of a backup, without databases: their names within the home, and their paths.

        Files in use are copied into ``draft`` first.
        """

    @abstractmethod
    def belongs(self, name: str) -> bool:
        """Return whether a backup may hold a file; settings, data folders and files about processes are excluded."""

    @abstractmethod
    def is_there(self, home: Path) -> bool:
        """Return whether there is a home with any content."""

    @abstractmethod
    def replaced(self, home: Path) -> Path:
        """Return the path of a home after another one has taken its place."""

    @abstractmethod
    def held(self, home: Path) -> AbstractContextManager[None]:
        """Keep a home from being started while the block runs.

        Raises:
            HomeInUse: if it runs.
        """

    @abstractmethod
    def restoring(self, home: Path, stop: Callable[[Path], None]) -> AbstractContextManager[Path]:
        """Make an empty folder beside a home, one at a time.

        A folder of a killed process is removed first, and this folder at the end, unless `put` has moved it. ``stop``
        is called with a folder before it is removed.

        Raises:
            HomeInUse: if another process restores the same home.
        """

    @abstractmethod
    def put(self, draft: Path, home: Path) -> Path | None:
        """Move a draft to the place of a home, atomically and durably; return the new path of the former home."""
