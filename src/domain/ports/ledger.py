"""The port `ledger`: the ledger of champions."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

from domain.errors import NoChampion

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from domain.models.ledger import Head, LedgerEntry, NewEntry
    from domain.models.model import ModelVersion
    from domain.models.promotion import Verdict


class ModelLedger(Protocol):
    """The source of truth about the served model: admitted versions, and the changes of the champion.

    Every method raises `RepositoryUnavailable` within the adapter's deadline if the store is away.
    """

    @abstractmethod
    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """Wait for other processes, and keep them from changing versions, aliases or the pointer while the block runs.

        The lock ends with its process, however that ends.
        """

    @abstractmethod
    async def admit(self, version: ModelVersion) -> None:
        """Record a registered version; a version exists once it is admitted.

        Admitting the same version again changes nothing.

        Raises:
            LedgerBroken: if another version was admitted under this number.
        """

    @abstractmethod
    async def versions(self) -> Sequence[ModelVersion]:
        """Return all admitted versions, newest first."""

    @abstractmethod
    async def version(self, number: int) -> ModelVersion:
        """Return an admitted version.

        Raises:
            VersionNotFound: if it was never admitted.
        """

    @abstractmethod
    async def attach(self, number: int, verdict: Verdict) -> None:
        """Store the gate's verdict on a version; a later verdict replaces an earlier one.

        Raises:
            VersionNotFound: if it was never admitted.
        """

    @abstractmethod
    async def verdict(self, number: int) -> Verdict | None:
        """Return the last verdict on a version, None if it was never judged."""

    @abstractmethod
    async def refusals(self, since: datetime) -> Sequence[tuple[int, datetime, Verdict]]:
        """Return versions that were registered from a time on and whose last verdict is a refusal, oldest first.

        Each comes with its time of registration and its verdict.
        """

    @abstractmethod
    async def append(self, new: NewEntry) -> LedgerEntry:
        """Append an entry, numbered and sealed to the one before it; this commits a promotion.

        Raises:
            VersionNotFound: if its version was never admitted.
            RegistryUnavailable: if the witness of the ledger's head is away. Nothing is appended then, unless the
                witness failed between the announcement of the entry and its confirmation; the ledger is valid either
                way.
        """

    @abstractmethod
    async def history(self) -> Sequence[LedgerEntry]:
        """Return all entries, oldest first."""

    @abstractmethod
    async def head(self) -> Head | None:
        """Return the head of the ledger that the witness outside of the database has; None if it has none.

        Raises:
            RegistryUnavailable: if the witness is away.
        """

    @abstractmethod
    async def champion(self) -> ModelVersion:
        """Return the version that the last entry names.

        Raises:
            NoChampion: if there is no entry.
        """


async def champion_or_none(ledger: ModelLedger) -> ModelVersion | None:
    """Return the champion, None if nothing was promoted yet."""
    try:
        return await ledger.champion()
    except NoChampion:
        return None
