"""The port `home_databases`: copies of the databases in a home."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from domain.operations.audit import AuditEntry


class HomeDatabases(Protocol):
    """Copies and restores the databases in a home itself."""

    @property
    @abstractmethod
    def names(self) -> Sequence[str]:
        """Return the databases of every home."""
        ...

    @abstractmethod
    def dump(self, home: Path, into: Path) -> None:
        """Write a consistent copy of each database, which may be in use, to a new file of its name in a folder.

        Raises:
            RepositoryUnavailable: if one cannot be read.
        """

    @abstractmethod
    def alone(self, home: Path) -> AbstractContextManager[None]:
        """Keep other processes from using the databases of a home, if it has any, while the block runs.

        Raises:
            HomeInUse: if a process uses them.
        """
        ...

    @abstractmethod
    def stop(self, home: Path) -> None:
        """End servers that a killed process left running in a home, and remove unfinished databases."""

    @abstractmethod
    def knows(self, migration: str) -> bool:
        """Return whether this release has a migration."""

    @abstractmethod
    def fill(self, home: Path, dumps: Path, migration: str | None, *, replaced: Path | None, audit: AuditEntry) -> int:
        """Make the databases of a home from copies: rows only, into tables of our own.

        Args:
            home: a home without databases.
            dumps: the folder with the copies; see `dump`.
            migration: the revision of the copies, None where no table was made.
            replaced: the home in whose place it comes, which the caller is `alone` with; None for none. What was
                erased there since is erased here, with its proof.
            audit: is added to the audit trail, if that migration has one.

        Returns:
            How many predictions were erased again.

        Raises:
            BackupRefused: if a copy is none.
            RepositoryUnavailable: if a database cannot be filled, or what was erased since cannot be read.
        """
        ...
