"""Review the last monitoring report on the champion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.monitoring.alarms import STALE
from domain.ports.clock import Clock
from domain.ports.ledger import ModelLedger, champion_or_none
from domain.ports.monitoring import MonitoringReports

if TYPE_CHECKING:
    from domain.costs.prediction import ModelReference
    from domain.monitoring.report import MonitoringReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The last report on the champion.

    Args:
        champion: the champion; None if nothing was promoted yet.
        report: the newest report; None if there is none, or only of earlier champions.
        stale: whether it was made longer ago than `STALE`, or as far ahead of the clock.
    """

    champion: ModelReference | None
    report: MonitoringReport | None
    stale: bool = False


@use_case
class ReviewFit:
    """Look up the newest report."""

    reports: MonitoringReports
    ledger: ModelLedger
    clock: Clock

    async def __call__(self) -> Fit:
        """Return the report, if it is about the present champion."""
        version = await champion_or_none(self.ledger)
        if version is None:
            return Fit(champion=None, report=None)
        champion = version.reference
        report = await self.reports.newest()
        if report is None or report.model != champion:
            return Fit(champion=champion, report=None)
        # a report from the future was made while the clock was wrong: its age is unknown, so it is not fresh
        return Fit(champion=champion, report=report, stale=abs(self.clock.now() - report.at) > STALE)
