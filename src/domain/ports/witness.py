"""The port `witness`: the last entry of the ledger outside of its database."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.models.ledger import Head


class LedgerWitness(Protocol):
    """Stores the head of the ledger, outside of the database that holds it.

    The owner of that database could remove the last entries without breaking the chain of seals; the head shows that.
    All processes that append share one witness. Every method raises `RegistryUnavailable` if it is away.
    """

    @abstractmethod
    async def head(self) -> Head | None:
        """Return the stored head; None if there is none.

        Raises:
            LedgerBroken: if the stored head cannot be read.
        """

    @abstractmethod
    async def keep(self, head: Head) -> None:
        """Replace the head atomically; it is durable when the call returns."""
