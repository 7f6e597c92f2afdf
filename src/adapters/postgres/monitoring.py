"""Monitoring reports in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from sqlalchemy import insert, select
from uuid_utils import uuid7

from adapters.postgres.engine import translated
from adapters.postgres.tables import MONITORING_REPORTS
from domain.monitoring.report import MonitoringReport
from domain.ports.monitoring import MonitoringReports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncEngine


class PostgresReports(MonitoringReports):
    """Keeps each report as a document, with columns of some of its fields for queries."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, report: MonitoringReport) -> None:
        """Insert a report."""
        row = {
            "id": UUID(bytes=uuid7().bytes),
            "at": report.at,
            "model_version": report.model.version,
            "alarms": list(report.alarms),
            "report": report,
        }
        with translated():
            async with self._engine.begin() as connection:
                await connection.execute(insert(MONITORING_REPORTS), row)

    async def since(self, at: datetime) -> Sequence[MonitoringReport]:
        """Return the reports since a time, from the end of the index."""
        column = MONITORING_REPORTS.c
        statement = select(column.report).where(column.at >= at).order_by(column.at)
        with translated():
            async with self._engine.connect() as connection:
                documents = (await connection.execute(statement)).scalars().all()
        return msgspec.convert(documents, list[MonitoringReport])

    async def newest(self) -> MonitoringReport | None:
        """Return the newest report, from the end of the index."""
        statement = select(MONITORING_REPORTS.c.report).order_by(MONITORING_REPORTS.c.at.desc()).limit(1)
        with translated():
            async with self._engine.connect() as connection:
                document = (await connection.execute(statement)).scalar()
        return None if document is None else msgspec.convert(document, MonitoringReport)
