"""Hours of the service in PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.engine import translated
from adapters.postgres.tables import OUTCOME_HOURS, TRAFFIC_HOURS
from domain.monitoring.hours import Outcomes, Period, Traffic
from domain.ports.hours import ServiceHours

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncEngine


class PostgresHours(ServiceHours):
    """Keeps a row for each hour and process (column ``teller``), which is replaced each time."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def put_traffic(self, hour: datetime, process: UUID, traffic: Traffic) -> None:
        """Insert or replace the traffic of an hour."""
        new = insert(TRAFFIC_HOURS).values(hour=hour, teller=process, traffic=traffic)
        statement = new.on_conflict_do_update(index_elements=["hour", "teller"], set_={"traffic": new.excluded.traffic})
        with translated():
            async with self._engine.begin() as connection:
                await connection.execute(statement)

    async def put_outcomes(self, outcomes: Mapping[datetime, Outcomes]) -> None:
        """Insert or replace the outcomes of hours."""
        if not outcomes:
            return
        # in one order: of two that write the same hours at once, the second waits for the first
        new = insert(OUTCOME_HOURS).values([{"hour": hour, **asdict(outcomes[hour])} for hour in sorted(outcomes)])
        names = Outcomes.__dataclass_fields__
        statement = new.on_conflict_do_update(
            index_elements=["hour"], set_={name: new.excluded[name] for name in names}
        )
        with translated():
            async with self._engine.begin() as connection:
                await connection.execute(statement)

    async def newest_outcomes(self) -> datetime | None:
        """Return the last hour with outcomes, from the end of an index."""
        with translated():
            async with self._engine.connect() as connection:
                return (await connection.execute(select(func.max(OUTCOME_HOURS.c.hour)))).scalar()

    async def between(self, since: datetime, until: datetime) -> Sequence[Period]:
        """Return the hours between two times, with the traffic of all processes added up."""
        by_hour, came_in = TRAFFIC_HOURS.c, OUTCOME_HOURS.c
        traffic = select(by_hour.hour, by_hour.traffic).where(by_hour.hour >= since, by_hour.hour < until)
        outcomes = select(OUTCOME_HOURS).where(came_in.hour >= since, came_in.hour < until)
        names = Outcomes.__dataclass_fields__

        summed: dict[datetime, Traffic] = {}
        with translated():
            async with self._engine.connect() as connection:
                for hour, document in await connection.execute(traffic):
                    hourly = msgspec.convert(document, Traffic)
                    summed[hour] = summed[hour] + hourly if hour in summed else hourly
                rows = (await connection.execute(outcomes)).mappings()
                recorded = {row["hour"]: Outcomes(**{name: row[name] for name in names}) for row in rows}
        return [
            Period(at=hour, traffic=summed.get(hour, Traffic()), outcomes=recorded.get(hour, Outcomes()))
            for hour in sorted({*summed, *recorded})
        ]

    async def forget(self, before: datetime) -> int:
        """Delete hours before a time from both tables."""
        with translated():
            async with self._engine.begin() as connection:
                gone = [
                    (await connection.execute(delete(table).where(table.c.hour < before))).rowcount
                    for table in (TRAFFIC_HOURS, OUTCOME_HOURS)
                ]
        return sum(gone)
