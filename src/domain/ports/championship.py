"""The port `championship`: changes of the champion."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.models.ledger import LedgerEntry


class Championship(Protocol):
    """Changes the champion, one change at a time; other callers wait for their turn.

    The next change repairs the state that an interrupted one leaves.

    Every method raises `LedgerBroken` if the ledger was tampered with, `ModelRefused` if the version's folder is not
    what its digest promises, and `RepositoryUnavailable` or `RegistryUnavailable` if a part is away; the champion
    stays.
    """

    @abstractmethod
    async def promote(self, number: int, *, by: str, reason: str | None = None) -> LedgerEntry:
        """Make a version champion. A ``reason`` overrides the gate, and is recorded in the ledger with its author.

        Promoting the champion again changes nothing and returns the entry that made it champion.

        Raises:
            PromotionRefused: if the gate refuses it; the text gives the reasons.
            VersionNotFound: if there is no such version.
        """

    @abstractmethod
    async def roll_back(self, *, by: str, reason: str | None = None, after: int | None = None) -> LedgerEntry:
        """Make the previous champion champion again.

        Args:
            by: name of the person or program that rolls back.
            reason: the reason that is recorded in the ledger.
            after: number of the ledger's last entry at the time of the request, 0 for none: if the next entry is this
                rollback already, it is returned and nothing is changed, so that a request can be repeated safely.

        Raises:
            PromotionRefused: if there is no champion before, or another change came after ``after``.
        """
