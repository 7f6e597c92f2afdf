"""The port `ledger`."""

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
    """The truth about what is served: versions that were admitted, and who made which of them champion.

    Every method raises `RepositoryUnavailable` within the adapter's deadline if the store is away.
    """

    @abstractmethod
    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """Keep other processes from changing versions, aliases or the pointer meanwhile; waits its turn.

        The hold ends with the process that holds it, however that ends.
        """

    @abstractmethod
    async def admit(self, version: ModelVersion) -> None:
        """Record a registered version. From here on it counts; a version that was not admitted does not exist.

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
        """Keep what the gate said of a version; a later verdict replaces an earlier one.

        Raises:
            VersionNotFound: if it was never admitted.
        """

    @abstractmethod
    async def verdict(self, number: int) -> Verdict | None:
        """Give what the gate said of a version last, None if it was never judged."""

    @abstractmethod
    async def refusals(self, since: datetime) -> Sequence[tuple[int, datetime, Verdict]]:
        """Find versions that were registered from a time on and that the gate refused last, oldest first.

        Each comes with the time at which it was registered, and with what the gate said.
        """

    @abstractmethod
    async def append(self, new: NewEntry) -> LedgerEntry:
        """Append an entry, numbered and sealed to the one before it. This is the commit of a promotion.

        Raises:
            VersionNotFound: if its version was never admitted.
            RegistryUnavailable: if the witness of the ledger's head is away. Nothing is appended then, unless it went
                between being told what will be appended and that it was: the ledger is whole either way.
        """

    @abstractmethod
    async def history(self) -> Sequence[LedgerEntry]:
        """Return all entries, oldest first."""

    @abstractmethod
    async def head(self) -> Head | None:
        """Return where the ledger ends, as its witness outside the database remembers; None if it was never told.

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
