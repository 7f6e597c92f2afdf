"""The schema of people, recorded in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.memory.faults import FailsOnRequest
from domain.ports.schemas import SchemaRecord

if TYPE_CHECKING:
    from datetime import datetime

    from domain.people.schema import Schema


@dataclass
class MemorySchemas(FailsOnRequest, SchemaRecord):
    """Keeps adopted schemas with their texts and times; ``people`` is whether there are predictions."""

    people: bool = False
    adopted: list[tuple[Schema, str, datetime]] = field(default_factory=list)

    async def current(self) -> Schema | None:
        """Return the schema that was adopted last."""
        self._fail_if_asked()
        return self.adopted[-1][0] if self.adopted else None

    async def has_people(self) -> bool:
        """Return whether there are predictions, as was set."""
        self._fail_if_asked()
        return self.people

    async def adopt(self, schema: Schema, document: str, *, at: datetime) -> None:
        """Append a schema, unless it is the current one already."""
        self._fail_if_asked()
        if not self.adopted or self.adopted[-1][1] != document:
            self.adopted.append((schema, document, at))
