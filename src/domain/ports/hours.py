"""The port `hours`: figures of the service by hour."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from domain.monitoring.hours import Outcomes, Period, Traffic


class ServiceHours(Protocol):
    """Stores figures of the service by hour. One call is one transaction; hours are full ones, in UTC.

    New figures of an hour replace its earlier ones, so a repetition changes nothing.

    Every method raises `RepositoryUnavailable` within the adapter's deadline if the store is away.
    """

    @abstractmethod
    async def put_traffic(self, hour: datetime, process: UUID, traffic: Traffic) -> None:
        """Record what a process has answered in an hour so far; the processes of an hour are added up."""

    @abstractmethod
    async def put_outcomes(self, outcomes: Mapping[datetime, Outcomes]) -> None:
        """Store the outcomes that were recorded in some hours."""

    @abstractmethod
    async def newest_outcomes(self) -> datetime | None:
        """Return the last hour with stored outcomes, None if there is none."""

    @abstractmethod
    async def between(self, since: datetime, until: datetime) -> Sequence[Period]:
        """Return the hours that begin from one time on and before another, oldest first; empty ones are absent."""

    @abstractmethod
    async def forget(self, before: datetime) -> int:
        """Delete hours that begin before a time, and return how many rows are gone."""
