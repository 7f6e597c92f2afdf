"""The port `championship`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.models.ledger import LedgerEntry


class Championship(Protocol):
    """Changes which version is champion, one change at a time; whoever asks meanwhile waits for their turn.

    A change that is cut short leaves nothing that the next one does not repair.

    Every method raises `LedgerBroken` if the ledger was tampered with, `ModelRefused` if the version's folder is not
    what its digest promises, and `RepositoryUnavailable` or `RegistryUnavailable` if a part is away; the champion
    stays.
    """

    @abstractmethod
    async def promote(self, number: int, *, by: str, reason: str | None = None) -> LedgerEntry:
        """Make a version champion. A ``reason`` overrides the gate, and stands in the ledger with who gave it.

        Promoting the champion again changes nothing and gives the entry that made it champion.

        Raises:
            PromotionRefused: if the gate does not let it; the text gives the reasons.
            VersionNotFound: if there is no such version.
        """

    @abstractmethod
    async def roll_back(self, *, by: str, reason: str | None = None, after: int | None = None) -> LedgerEntry:
        """Make the champion before the present one champion again.

        Args:
            by: who does it.
            reason: why; stands in the ledger.
            after: number of the ledger's last entry when it was asked for, 0 for none: if the next entry is this
                rollback already, it is given and nothing is changed, so that it may be asked for again safely.

        Raises:
            PromotionRefused: if there is no champion before, or another change came after ``after``.
        """
