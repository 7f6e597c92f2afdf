"""Adopt a schema for a home, unless recorded people would change their meaning."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack

from application.operations.audit_changes import AuditChanges
from application.use_case import use_case
from domain.operations.audit import AuditAction
from domain.people.schema import Schema
from domain.people.schema_change import SchemaChange
from domain.ports.clock import Clock
from domain.ports.schemas import SchemaRecord


@use_case
class AdoptSchema:
    """Adopt a schema for a home."""

    schemas: SchemaRecord
    clock: Clock
    audit: AuditChanges

    async def __call__(
        self, schema: Schema, document: str, *, by: str, first: Callable[[], Schema], keep: Callable[[str], None]
    ) -> tuple[str, ...]:
        """Adopt a schema, and return the changes in words; none for a home without people.

        Args:
            schema: the new schema.
            document: the text of its file.
            by: who takes it over; the audit trail names them where something changes.
            first: returns the schema of homes of releases that recorded none.
            keep: stores the text in the home. It is called before the schema is recorded: if recording fails, the next
                start adopts the stored schema.

        Raises:
            SchemaChangeRefused: with each change that is refused. Nothing has changed.
            RepositoryUnavailable: if the record does not answer.
        """
        current = await self._current(first)
        change = SchemaChange.between(current or schema, schema)
        change.require_compatible()
        async with AsyncExitStack() as audited:
            if current is None or change.taken_over:
                detail = "; ".join(change.taken_over) or "the first schema"
                entering = self.audit(AuditAction.SCHEMA_ADOPTED, by=by, subject=schema.name, detail=detail)
                await audited.enter_async_context(entering)
            keep(document)
            await self.schemas.adopt(schema, document, at=self.clock.now())
        return change.taken_over

    async def _current(self, first: Callable[[], Schema]) -> Schema | None:
        current = await self.schemas.current()
        if current is None and await self.schemas.has_people():
            return first()
        return current
