"""Events of the service in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.engine import translated
from adapters.postgres.tables import SERVICE_EVENTS
from domain.operations.events import Event, EventKind
from domain.ports.events import ServiceEvents

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncEngine

_NAMES: Final = UUID("9d0b9a5e-6c3c-4a53-9a3c-1d1c3f0a7f10")
"""The namespace of identifiers of events, which are digests of their content: equal events have the same one."""
_COLUMN: Final = SERVICE_EVENTS.c


class PostgresEvents(ServiceEvents):
    """Keeps a row for each event."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, events: Sequence[Event]) -> None:
        """Insert events that are not recorded yet."""
        if not events:
            return
        rows = {row["id"]: row for row in map(_row, events)}
        with translated():
            async with self._engine.begin() as connection:
                await connection.execute(
                    insert(SERVICE_EVENTS).on_conflict_do_nothing(), [rows[id] for id in sorted(rows)]
                )

    async def since(self, at: datetime) -> Sequence[Event]:
        """Return events since a time, from the end of an index."""
        statement = select(SERVICE_EVENTS).where(_COLUMN.at >= at).order_by(_COLUMN.at)
        with translated():
            async with self._engine.connect() as connection:
                return [_event(row) for row in (await connection.execute(statement)).mappings()]

    async def newest(self, kinds: Collection[EventKind], subject: str) -> Event | None:
        """Return the newest event of some kinds about a subject, from the end of an index."""
        matching = _COLUMN.kind.in_([kind.value for kind in kinds]), _COLUMN.subject == subject
        statement = select(SERVICE_EVENTS).where(*matching).order_by(_COLUMN.at.desc()).limit(1)
        with translated():
            async with self._engine.connect() as connection:
                row = (await connection.execute(statement)).mappings().first()
        return _event(row) if row else None

    async def forget(self, before: datetime) -> int:
        """Delete events before a time."""
        with translated():
            async with self._engine.begin() as connection:
                return (await connection.execute(delete(SERVICE_EVENTS).where(_COLUMN.at < before))).rowcount


def _row(event: Event) -> dict[str, Any]:
    content = f"{event.at.isoformat()}\n{event.kind.value}\n{event.subject}\n{event.detail}"
    return {
        "id": uuid5(_NAMES, content),
        "at": event.at,
        "kind": event.kind.value,
        "subject": event.subject,
        "detail": event.detail,
    }


def _event(row: Mapping[Any, Any]) -> Event:
    return Event(at=row["at"], kind=EventKind(row["kind"]), subject=row["subject"], detail=row["detail"])
