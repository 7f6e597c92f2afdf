"""The port `schemas`: the schema of recorded people."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from domain.people.schema import Schema


class SchemaRecord(Protocol):
    """Stores the schema of recorded people."""

    @abstractmethod
    async def current(self) -> Schema | None:
        """Return the schema, None if none was recorded yet.

        Raises:
            RepositoryUnavailable: if the store does not answer.
        """

    @abstractmethod
    async def has_people(self) -> bool:
        """Return whether people or models are recorded.

        Raises:
            RepositoryUnavailable: if the store does not answer.
        """

    @abstractmethod
    async def adopt(self, schema: Schema, document: str, *, at: datetime) -> None:
        """Record a schema as that of all people from now on, and make the indexes of its facts.

        Args:
            schema: one that is compatible with the current one.
            document: the text of its file.
            at: the time.

        Raises:
            RepositoryUnavailable: if the store does not answer. Nothing has changed then.
        """
