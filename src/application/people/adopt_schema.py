"""Let a home take over a schema, unless what is on record would mean something else."""

from __future__ import annotations

from collections.abc import Callable

from application.use_case import use_case
from domain.people.schema import Schema
from domain.people.schema_change import SchemaChange
from domain.ports.clock import Clock
from domain.ports.schemas import SchemaRecord


@use_case
class AdoptSchema:
    """Let a home take over a schema."""

    schemas: SchemaRecord
    clock: Clock

    async def __call__(
        self, schema: Schema, document: str, *, first: Callable[[], Schema], keep: Callable[[str], None]
    ) -> tuple[str, ...]:
        """Take over a schema, and return in words what has changed; nothing for a home without people.

        Args:
            schema: the one that the home is to have.
            document: the text of its file.
            first: gives the schema of homes from before schemas were recorded.
            keep: keeps the text in the home. It is called before the schema is recorded: where recording fails, the
                next start takes over what was kept.

        Raises:
            SchemaChangeRefused: naming each change that is refused. Nothing has changed.
            RepositoryUnavailable: if the record does not answer.
        """
        change = SchemaChange.between(await self._current(first) or schema, schema)
        change.require_compatible()
        keep(document)
        await self.schemas.adopt(schema, document, at=self.clock.now())
        return change.taken_over

    async def _current(self, first: Callable[[], Schema]) -> Schema | None:
        current = await self.schemas.current()
        if current is None and await self.schemas.has_people():
            return first()
        return current
