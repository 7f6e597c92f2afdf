"""The port `database`: the maintenance of a database."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from domain.ports.audit import AuditTrail
    from domain.ports.ledger import ModelLedger


@dataclass(frozen=True, slots=True)
class OpenDatabase:
    """A database that answers.

    Args:
        migration: the revision of its tables, None where no table was made.
        trouble: why this release cannot serve with it, empty if it can.
        ledger: the ledger in it, for databases without trouble.
        trail: the audit trail in it; as the ledger.
    """

    migration: str | None
    trouble: str
    ledger: ModelLedger
    trail: AuditTrail


class Database(Protocol):
    """The database of a home or of a deployment, for commands that maintain it."""

    @abstractmethod
    def is_made(self) -> bool:
        """Return whether there is a database. The first `medcost up` makes that of a home."""

    @abstractmethod
    def opened(self) -> AbstractAsyncContextManager[OpenDatabase]:
        """Keep the database running, and connections to it open, while the context lasts.

        Raises:
            ConfigurationError: if its address is wrong or missing.
            HomeUnwritable: if it lies in a home that cannot be written.
            RepositoryUnavailable: if it does not start or answer.
        """
        ...
