"""The audit trail in PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.engine import translated
from adapters.postgres.tables import AUDIT_TRAIL
from domain.operations.audit import AuditAction, AuditEntry
from domain.ports.audit import AuditTrail

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncEngine

_COLUMN: Final = AUDIT_TRAIL.c


class PostgresAuditTrail(AuditTrail):
    """Keeps a row for each entry; a trigger refuses to change one."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, entry: AuditEntry) -> None:
        """Insert an entry, unless it is there already."""
        row = {**asdict(entry), "id": entry.id, "action": entry.action.value}
        with translated():
            async with self._engine.begin() as connection:
                await connection.execute(insert(AUDIT_TRAIL).on_conflict_do_nothing(), row)

    async def newest(self, limit: int, *, before: UUID | None = None) -> Sequence[AuditEntry]:
        """Return the newest entries, from the end of the index of identifiers."""
        names = AuditEntry.__dataclass_fields__
        statement = select(*(_COLUMN[name] for name in names)).order_by(_COLUMN.id.desc()).limit(limit)
        if before is not None:
            statement = statement.where(_COLUMN.id < before)
        with translated():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(statement)).mappings()
                return [_entry(row) for row in rows]

    async def forget(self, before: datetime) -> int:
        """Delete entries before a time."""
        with translated():
            async with self._engine.begin() as connection:
                return (await connection.execute(delete(AUDIT_TRAIL).where(_COLUMN.at < before))).rowcount


def _entry(row: Mapping[Any, Any]) -> AuditEntry:
    fields: dict[str, Any] = {**row, "action": AuditAction(row["action"])}
    return AuditEntry(**fields)
