"""The port `alarms`: acknowledgements of alarms."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.monitoring.alarms import Acknowledgement


class Acknowledgements(Protocol):
    """Stores acknowledgements of alarms. One call is one transaction.

    Every method raises `RepositoryUnavailable` within the adapter's deadline if the store is away.
    """

    @abstractmethod
    async def add(self, seen: Acknowledgement) -> None:
        """Record an acknowledgement of an alarm; the first one stays."""

    @abstractmethod
    async def all(self) -> Sequence[Acknowledgement]:
        """Return all acknowledgements, the newest first."""
