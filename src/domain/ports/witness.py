"""The port `witness`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.models.ledger import Head


class LedgerWitness(Protocol):
    """Remembers where the ledger ends, outside of the database that holds it.

    Whoever owns that database could cut entries off, and the chain of seals would still hold: this is what shows it.
    All who append share one witness. Every method raises `RegistryUnavailable` if it is away.
    """

    @abstractmethod
    async def head(self) -> Head | None:
        """Return where the ledger ended when that was kept last; None if it never was.

        Raises:
            LedgerBroken: if what was kept cannot be read.
        """

    @abstractmethod
    async def keep(self, head: Head) -> None:
        """Replace the remembered head, atomically; it is durable when this returns."""
