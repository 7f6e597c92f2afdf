"""Jobs in PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Interval, and_, func, insert, literal, or_, select, update
from sqlalchemy.exc import IntegrityError
from uuid_utils import uuid7

from adapters.postgres.engine import translated
from adapters.postgres.tables import JOBS
from domain.errors import JobNotFound, JobUnderWay
from domain.operations.jobs import Job, JobKind, JobProblem, JobState
from domain.ports.jobs import Jobs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncEngine

    from domain.operations.jobs import NewJob

_COLUMN: Final = JOBS.c
_UNIQUE: Final = "23505"
"""SQLSTATE of a second row where there may be one."""


class PostgresJobs(Jobs):
    """Hands out jobs by ``FOR UPDATE SKIP LOCKED``: workers that ask at the same time do not wait for each other."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, new: NewJob) -> Job:
        """Insert one; an index lets no second one into a slot."""
        row = {**asdict(new), "id": UUID(bytes=uuid7().bytes), "kind": new.kind.value, "state": JobState.WAITING.value}
        try:
            with translated():
                async with self._engine.begin() as connection:
                    added = (await connection.execute(insert(JOBS).returning(JOBS), row)).mappings().one()
        except IntegrityError as error:
            if new.slot and getattr(error.orig, "sqlstate", None) == _UNIQUE:
                raise JobUnderWay(new.slot) from None
            raise
        return _job(added)

    async def get(self, id: UUID) -> Job:
        """Find one."""
        with translated():
            async with self._engine.connect() as connection:
                row = (await connection.execute(select(JOBS).where(_COLUMN.id == id))).mappings().first()
        if row is None:
            raise JobNotFound(id)
        return _job(row)

    async def newest(self, limit: int) -> Sequence[Job]:
        """Read the end of the index."""
        statement = select(JOBS).order_by(_COLUMN.id.desc()).limit(limit)
        with translated():
            async with self._engine.connect() as connection:
                return [_job(row) for row in (await connection.execute(statement)).mappings()]

    async def claim(self, kinds: Collection[JobKind], *, worker: UUID, at: datetime, lapse: timedelta) -> Job | None:
        """Lock one that nobody else has locked, and take it."""
        now, patience = literal(at, _COLUMN.beat_at.type), literal(lapse, Interval)
        lapsed = or_(_COLUMN.beat_at < now - patience, _COLUMN.beat_at > now + patience)
        free = or_(
            _COLUMN.state == JobState.WAITING.value, and_(_COLUMN.state == JobState.RUNNING.value, lapsed)
        )  # fmt: skip
        mine = select(_COLUMN.id).where(_COLUMN.kind.in_([kind.value for kind in kinds]), free)
        oldest = mine.order_by(_COLUMN.id).limit(1).with_for_update(skip_locked=True).scalar_subquery()
        return await self._change(
            _COLUMN.id == oldest,
            state=JobState.RUNNING.value,
            worker=worker,
            beat_at=at,
            started_at=func.coalesce(_COLUMN.started_at, now),
            attempts=_COLUMN.attempts + 1,
        )

    async def beat(self, id: UUID, *, worker: UUID, at: datetime, progress: float | None = None) -> bool:
        """Note it."""
        return await self._change(_held(id, worker), beat_at=at, progress=progress) is not None

    async def finish(
        self,
        id: UUID,
        *,
        worker: UUID,
        at: datetime,
        result: Mapping[str, object] | None = None,
        problem: JobProblem | None = None,
    ) -> bool:
        """End one."""
        ended = await self._change(
            _held(id, worker),
            state=(JobState.FAILED if problem else JobState.DONE).value,
            ended_at=at,
            **({"problem": asdict(problem)} if problem else {"result": result}),
        )
        return ended is not None

    async def _change(self, which: ColumnElement[bool], **values: object) -> Job | None:
        with translated():
            async with self._engine.begin() as connection:
                changed = await connection.execute(update(JOBS).where(which).values(**values).returning(JOBS))
                row = changed.mappings().first()
        return _job(row) if row else None


def _held(id: UUID, worker: UUID) -> ColumnElement[bool]:
    return and_(_COLUMN.id == id, _COLUMN.worker == worker, _COLUMN.state == JobState.RUNNING.value)


def _job(row: Mapping[Any, Any]) -> Job:
    fields = {name: row[name] for name in Job.__dataclass_fields__}
    problem = JobProblem(**row["problem"]) if row["problem"] else None
    return Job(**{**fields, "kind": JobKind(row["kind"]), "state": JobState(row["state"]), "problem": problem})
