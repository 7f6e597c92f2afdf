"""A ledger kept in this process."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.memory.faults import FailsOnRequest
from adapters.memory.witness import MemoryWitness
from domain.errors import LedgerBroken, NoChampion, Unavailable, VersionNotFound
from domain.models.ledger import Head, sealed
from domain.ports.ledger import ModelLedger
from domain.ports.witness import LedgerWitness

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from domain.models.ledger import LedgerEntry, NewEntry
    from domain.models.model import ModelVersion
    from domain.models.promotion import Verdict


@dataclass
class MemoryLedger(FailsOnRequest, ModelLedger):
    """Keeps versions, verdicts and entries."""

    witness: LedgerWitness = field(default_factory=MemoryWitness)
    _versions: dict[int, ModelVersion] = field(default_factory=dict)
    _verdicts: dict[int, Verdict] = field(default_factory=dict)
    _entries: list[LedgerEntry] = field(default_factory=list)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        """Exclude other tasks while the block runs."""
        self._fail_if_asked()
        async with self._lock:
            yield

    async def admit(self, version: ModelVersion) -> None:
        """Record a version."""
        self._fail_if_asked()
        if self._versions.setdefault(version.number, version).digest != version.digest:
            message = f"version {version.number} was admitted with another digest"
            raise LedgerBroken(message)

    async def versions(self) -> Sequence[ModelVersion]:
        """Return all versions."""
        self._fail_if_asked()
        return [self._versions[number] for number in sorted(self._versions, reverse=True)]

    async def version(self, number: int) -> ModelVersion:
        """Return a version."""
        self._fail_if_asked()
        if number not in self._versions:
            message = f"there is no model version {number}"
            raise VersionNotFound(message)
        return self._versions[number]

    async def attach(self, number: int, verdict: Verdict) -> None:
        """Store the verdict on a version."""
        await self.version(number)
        self._verdicts[number] = verdict

    async def verdict(self, number: int) -> Verdict | None:
        """Return the verdict on a version."""
        self._fail_if_asked()
        return self._verdicts.get(number)

    async def refusals(self, since: datetime) -> Sequence[tuple[int, datetime, Verdict]]:
        """Return versions that the gate refused since a time."""
        self._fail_if_asked()
        judged = ((number, self._versions[number].registered_at, self._verdicts[number]) for number in self._verdicts)
        return sorted(
            (verdict for verdict in judged if verdict[1] >= since and not verdict[2].passed),
            key=lambda verdict: verdict[1],
        )

    async def append(self, new: NewEntry) -> LedgerEntry:
        """Append an entry."""
        await self.version(new.version)
        last = self._entries[-1] if self._entries else None
        entry = sealed(new, after=last)
        # before anything is awaited, so that no two follow the same one
        self._entries.append(entry)
        try:
            await self.witness.keep(Head(seal=last.seal if last else None, announced=entry.seal))
        except Unavailable:
            self._entries.remove(entry)
            raise
        await self.witness.keep(Head(entry.seal))
        return entry

    async def history(self) -> Sequence[LedgerEntry]:
        """Return all entries."""
        self._fail_if_asked()
        return tuple(self._entries)

    async def head(self) -> Head | None:
        """Return the head that the witness has."""
        return await self.witness.head()

    async def champion(self) -> ModelVersion:
        """Return the version of the last entry."""
        self._fail_if_asked()
        if not self._entries:
            raise NoChampion
        return self._versions[self._entries[-1].version]
