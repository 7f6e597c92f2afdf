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
        """Keep it."""
        self._fail_if_asked()
        self._reports.append(report)

    async def since(self, at: datetime) -> Sequence[MonitoringReport]:
        """Sort them."""
        self._fail_if_asked()
        return sorted((one for one in self._reports if one.at >= at), key=lambda one: one.at)

    async def newest(self) -> MonitoringReport | None:
        """Find the latest."""
        self._fail_if_asked()
        return max(self._reports, key=lambda one: one.at, default=None)
