"""The port `monitoring`: the reports of monitoring."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from domain.monitoring.report import MonitoringReport


class MonitoringReports(Protocol):
    """Stores the reports of monitoring. One call is one transaction.

    Every method raises `RepositoryUnavailable` within the adapter's deadline if the store is away.
    """

    @abstractmethod
    async def add(self, report: MonitoringReport) -> None:
        """Store a report for good."""

    @abstractmethod
    async def since(self, at: datetime) -> Sequence[MonitoringReport]:
        """Return the reports from a time on, oldest first."""

    @abstractmethod
    async def newest(self) -> MonitoringReport | None:
        """Return the report with the latest time, None if there is none."""
