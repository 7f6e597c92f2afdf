"""The port `home_folders`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path


class HomeFolders(Protocol):
    """Homes as folders: their files beside the databases, and how one takes the place of another."""

    @abstractmethod
    def draft(self, home: Path) -> AbstractContextManager[Path]:
        """Make an empty folder in a home while the block runs: closed to others, for copies of people's facts.

        What a killed process left of one is removed.
        """

    @abstractmethod
    def files(self, home: Path, draft: Path) -> Sequence[tuple[str, Path]]:
        """List the files that a backup holds, without databases: names within the home, and where they are to be read.

        Those that are in use are copied into ``draft`` first.
        """

    @abstractmethod
    def belongs(self, name: str) -> bool:
        """Return whether a backup may hold a file: no settings, no data folder, nothing that names processes."""

    @abstractmethod
    def is_there(self, home: Path) -> bool:
        """Return whether there is a home that something lies in."""

    @abstractmethod
    def replaced(self, home: Path) -> Path:
        """Return where a home lies once another has taken its place."""

    @abstractmethod
    def held(self, home: Path) -> AbstractContextManager[None]:
        """Keep a home from being started while the block runs.

        Raises:
            HomeInUse: if it runs.
        """

    @abstractmethod
    def restoring(self, home: Path, stop: Callable[[Path], None]) -> AbstractContextManager[Path]:
        """Make an empty folder beside a home, one at a time.

        What a killed process left there is removed, and so is the folder at the end, unless `put` took it. ``stop``
        is called before with the folder.

        Raises:
            HomeInUse: if another process restores the same home.
        """

    @abstractmethod
    def put(self, draft: Path, home: Path) -> Path | None:
        """Let a draft have the place of a home at once and for good; return where the one that was there lies."""
