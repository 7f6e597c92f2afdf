"""Versions and the ledger in PostgreSQL; a witness outside of it keeps the ledger's head."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert

from adapters.postgres.engine import translated
from adapters.postgres.tables import MODEL_LEDGER, MODEL_VERSIONS
from domain.errors import LedgerBroken, NoChampion, VersionNotFound
from domain.models.ledger import Change, Head, LedgerEntry, sealed
from domain.models.model import ModelCard, ModelVersion
from domain.models.promotion import Verdict
from domain.ports.ledger import ModelLedger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from domain.models.ledger import NewEntry
    from domain.ports.witness import LedgerWitness

_LOCK: Final = 0x6D656463
"""Number of the advisory lock ("medc")."""
_NEWEST_FIRST: Final = select(MODEL_LEDGER).order_by(MODEL_LEDGER.c.number.desc())


class PostgresLedger(ModelLedger):
    """Keeps versions, verdicts and entries."""

    def __init__(self, engine: AsyncEngine, witness: LedgerWitness) -> None:
        self._engine = engine
        self._witness = witness

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        """Hold an advisory lock on a connection of its own: the lock ends with the connection."""
        # polled, so that no statement meets its deadline while another process holds the lock
        with translated():
            connection = await self._engine.connect()
            try:
                while not (await connection.execute(text(f"SELECT pg_try_advisory_lock({_LOCK})"))).scalar_one():
                    await connection.execute(text("SELECT pg_sleep(0.2)"))
            except BaseException:
                await connection.close()
                raise
        try:
            yield
        finally:
            # closing for good rather than back into the pool: the lock is the session's
            await connection.invalidate()
            await connection.close()

    async def admit(self, version: ModelVersion) -> None:
        """Record a version."""
        row = {
            "number": version.number,
            "digest": version.digest,
            "registered_at": version.registered_at,
            "card": version.card,
        }
        with translated():
            async with self._engine.begin() as connection:
                await connection.execute(postgres_insert(MODEL_VERSIONS).values(row).on_conflict_do_nothing())
                admitted = await _row_of(connection, version.number)
        if admitted["digest"] != version.digest:
            message = f"version {version.number} was admitted with another digest"
            raise LedgerBroken(message)

    async def versions(self) -> Sequence[ModelVersion]:
        """Return all versions."""
        with translated():
            async with self._engine.connect() as connection:
                rows = await connection.execute(select(MODEL_VERSIONS).order_by(MODEL_VERSIONS.c.number.desc()))
                return [_version(row) for row in rows.mappings()]

    async def version(self, number: int) -> ModelVersion:
        """Return a version."""
        with translated():
            async with self._engine.connect() as connection:
                return _version(await _row_of(connection, number))

    async def attach(self, number: int, verdict: Verdict) -> None:
        """Store the verdict on a version."""
        statement = update(MODEL_VERSIONS).where(MODEL_VERSIONS.c.number == number).values(verdict=verdict)
        with translated():
            async with self._engine.begin() as connection:
                await _row_of(connection, number)
                await connection.execute(statement)

    async def verdict(self, number: int) -> Verdict | None:
        """Return the verdict on a version."""
        statement = select(MODEL_VERSIONS.c.verdict).where(MODEL_VERSIONS.c.number == number)
        with translated():
            async with self._engine.connect() as connection:
                document = (await connection.execute(statement)).scalar()
        return None if document is None else msgspec.convert(document, Verdict)

    async def refusals(self, since: datetime) -> Sequence[tuple[int, datetime, Verdict]]:
        """Return versions that the gate refused since a time, without reading cards."""
        column = MODEL_VERSIONS.c
        statement = (
            select(column.number, column.registered_at, column.verdict)
            .where(column.registered_at >= since, column.verdict.is_not(None))
            .order_by(column.registered_at)
        )
        with translated():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(statement)).all()
        judged = ((number, at, msgspec.convert(document, Verdict)) for number, at, document in rows)
        return [refusal for refusal in judged if not refusal[2].passed]

    async def append(self, new: NewEntry) -> LedgerEntry:
        """Append an entry; the table's lock keeps two entries from following the same one."""
        with translated():
            async with self._engine.begin() as connection:
                await connection.execute(text("LOCK TABLE model_ledger IN EXCLUSIVE MODE"))
                await _row_of(connection, new.version)
                last = (await connection.execute(_NEWEST_FIRST.limit(1))).mappings().first()
                entry = sealed(new, after=_entry(last) if last else None)
                await connection.execute(insert(MODEL_LEDGER), asdict(entry))
                # announced before the commit: whatever else appears in the table was not written by us
                await self._witness.keep(Head(seal=last["seal"] if last else None, announced=entry.seal))
        await self._witness.keep(Head(entry.seal))
        return entry

    async def history(self) -> Sequence[LedgerEntry]:
        """Return all entries."""
        with translated():
            async with self._engine.connect() as connection:
                rows = await connection.execute(select(MODEL_LEDGER).order_by(MODEL_LEDGER.c.number))
                return [_entry(row) for row in rows.mappings()]

    async def head(self) -> Head | None:
        """Return the head that the witness has."""
        return await self._witness.head()

    async def champion(self) -> ModelVersion:
        """Return the version of the last entry."""
        joined = MODEL_VERSIONS.join(MODEL_LEDGER, MODEL_VERSIONS.c.number == MODEL_LEDGER.c.version)
        statement = select(MODEL_VERSIONS).select_from(joined).order_by(MODEL_LEDGER.c.number.desc()).limit(1)
        with translated():
            async with self._engine.connect() as connection:
                row = (await connection.execute(statement)).mappings().first()
        if row is None:
            raise NoChampion
        return _version(row)


async def _row_of(connection: AsyncConnection, number: int) -> Mapping[Any, Any]:
    result = await connection.execute(select(MODEL_VERSIONS).where(MODEL_VERSIONS.c.number == number))
    row = result.mappings().first()
    if row is None:
        message = f"there is no model version {number}"
        raise VersionNotFound(message)
    return row


def _version(row: Mapping[Any, Any]) -> ModelVersion:
    return ModelVersion(row["number"], row["digest"], row["registered_at"], msgspec.convert(row["card"], ModelCard))


def _entry(row: Mapping[Any, Any]) -> LedgerEntry:
    fields: dict[str, Any] = {**row, "change": Change(row["change"])}
    return LedgerEntry(**fields)
