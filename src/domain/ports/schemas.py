"""The port `schemas`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from domain.people.schema import Schema


class SchemaRecord(Protocol):
    """Which schema the people on record are of."""

    @abstractmethod
    async def current(self) -> Schema | None:
        """Return the schema, None if none was recorded yet.

        Raises:
            RepositoryUnavailable: if the store does not answer.
        """

    @abstractmethod
    async def has_people(self) -> bool:
        """Tell whether people or models are on record.

        Raises:
            RepositoryUnavailable: if the store does not answer.
        """

    @abstractmethod
    async def adopt(self, schema: Schema, document: str, *, at: datetime) -> None:
        """Record a schema as the one of all people from now on, and make what finds them by its facts.

        Args:
            schema: one that is compatible with the current one.
            document: the text of its file.
            at: the time.

        Raises:
            RepositoryUnavailable: if the store does not answer. Nothing has changed then.
        """
