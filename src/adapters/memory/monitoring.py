"""Monitoring reports kept in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.memory.faults import FailsOnRequest
from domain.ports.monitoring import MonitoringReports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from domain.monitoring.report import MonitoringReport


@dataclass
class MemoryReports(FailsOnRequest, MonitoringReports):
    """Keeps reports in a list."""

    _reports: list[MonitoringReport] = field(default_factory=list)

    async def add(self, report: MonitoringReport) -> None:
        """Store a report."""
        self._fail_if_asked()
        self._reports.append(report)

    async def since(self, at: datetime) -> Sequence[MonitoringReport]:
        """Return reports since a time, oldest first."""
        self._fail_if_asked()
        return sorted((report for report in self._reports if report.at >= at), key=lambda report: report.at)

    async def newest(self) -> MonitoringReport | None:
        """Return the newest report."""
        self._fail_if_asked()
        return max(self._reports, key=lambda report: report.at, default=None)
