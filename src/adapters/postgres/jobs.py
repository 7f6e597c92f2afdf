"""Jobs in PostgreSQL."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Interval, and_, func, insert, literal, or_, select, update
from sqlalchemy.exc import IntegrityError
from uuid_utils import uuid7

from adapters.postgres.engine import translated
from adapters.postgres.tables import JOBS
from domain.errors import JobNotFound, JobUnderWay
from domain.operations.jobs import Job, JobKind, JobProblem, JobProgress, JobState
from domain.ports.jobs import ALL_JOBS, JobQuery, Jobs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncEngine

    from domain.operations.jobs import NewJob

_COLUMN: Final = JOBS.c
_UNIQUE: Final = "23505"
"""SQLSTATE of a second row where there may be one."""


class PostgresJobs(Jobs):
    """Hands out jobs by ``FOR UPDATE SKIP LOCKED``: workers that ask at the same time do not wait for each other."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, new: NewJob, *, id: UUID | None = None) -> Job:
        """Insert a job; a unique index allows one in a slot."""
        own = id or UUID(bytes=uuid7().bytes)
        row = {**asdict(new), "id": own, "kind": new.kind.value, "state": JobState.WAITING.value}
        try:
            with translated():
                async with self._engine.begin() as connection:
                    added = (await connection.execute(insert(JOBS).returning(JOBS), row)).mappings().one()
        except IntegrityError as error:
            if id is not None:
                with suppress(JobNotFound):
                    return await self.get(id)
            if new.slot and getattr(error.orig, "sqlstate", None) == _UNIQUE:
                raise JobUnderWay(new.slot) from None
            raise
        return _job(added)

    async def get(self, id: UUID) -> Job:
        """Return a job."""
        with translated():
            async with self._engine.connect() as connection:
                row = (await connection.execute(select(JOBS).where(_COLUMN.id == id))).mappings().first()
        if row is None:
            raise JobNotFound(id)
        return _job(row)

    async def newest(self, limit: int, *, which: JobQuery = ALL_JOBS) -> Sequence[Job]:
        """Return the newest jobs, from the end of an index."""
        statement = select(JOBS).order_by(_COLUMN.id.desc()).limit(limit)
        if which.owner is not None:
            statement = statement.where(_COLUMN.owner == which.owner)
        if which.kind is not None:
            statement = statement.where(_COLUMN.kind == which.kind.value)
        if which.before is not None:
            statement = statement.where(_COLUMN.id < which.before)
        return await self._read(statement)

    async def under_way(self, kind: JobKind, owner: str) -> int:
        """Count the jobs under way, by their index."""
        states = _COLUMN.state.in_([JobState.WAITING.value, JobState.RUNNING.value])
        mine = and_(states, _COLUMN.kind == kind.value, _COLUMN.owner == owner)
        with translated():
            async with self._engine.connect() as connection:
                return (await connection.execute(select(func.count()).where(mine))).scalar_one()

    async def ended_since(self, at: datetime) -> Sequence[Job]:
        """Return the jobs that ended since a time, from the end of an index."""
        statement = select(JOBS).where(_COLUMN.ended_at >= at).order_by(_COLUMN.ended_at, _COLUMN.id)
        with translated():
            async with self._engine.connect() as connection:
                return [_job(row) for row in (await connection.execute(statement)).mappings()]

    async def with_files(self, place: str) -> Sequence[Job]:
        """Return the jobs with files at a place, by an index."""
        which = and_(_COLUMN.place == place, _COLUMN.erased_at.is_(None))
        return await self._read(select(JOBS).where(which).order_by(_COLUMN.id))

    async def claim(
        self, kinds: Collection[JobKind], *, worker: UUID, at: datetime, lapse: timedelta, place: str | None = None
    ) -> Job | None:
        """Lock a job that no other worker has locked, and claim it."""
        now, patience = literal(at, _COLUMN.beat_at.type), literal(lapse, Interval)
        lapsed = or_(_COLUMN.beat_at < now - patience, _COLUMN.beat_at > now + patience)
        free = or_(
            _COLUMN.state == JobState.WAITING.value, and_(_COLUMN.state == JobState.RUNNING.value, lapsed)
        )  # fmt: skip
        within_reach = or_(_COLUMN.place.is_(None), _COLUMN.place == (place or ""))
        mine = select(_COLUMN.id).where(_COLUMN.kind.in_([kind.value for kind in kinds]), free, within_reach)
        oldest = mine.order_by(_COLUMN.id).limit(1).with_for_update(skip_locked=True).scalar_subquery()
        return await self._change(
            _COLUMN.id == oldest,
            state=JobState.RUNNING.value,
            worker=worker,
            beat_at=at,
            started_at=func.coalesce(_COLUMN.started_at, now),
            attempts=_COLUMN.attempts + 1,
        )

    async def beat(self, id: UUID, *, worker: UUID, at: datetime, progress: JobProgress | None = None) -> bool:
        """Record the heartbeat and the progress of a job."""
        far = {} if progress is None else {"progress": progress.share, "rows": progress.rows, "bad": progress.bad}
        return await self._change(_held(id, worker), beat_at=at, **far) is not None

    async def release(self, id: UUID, *, worker: UUID) -> bool:
        """Put a job back."""
        attempts = _COLUMN.attempts - 1
        return await self._change(_held(id, worker), state=JobState.WAITING.value, attempts=attempts) is not None

    async def cancel(self, id: UUID, *, at: datetime) -> Job:
        """End a job that is under way; other jobs are not changed."""
        under_way = _COLUMN.state.in_([JobState.WAITING.value, JobState.RUNNING.value])
        ended = await self._change(
            and_(_COLUMN.id == id, under_way), state=JobState.CANCELLED.value, ended_at=at
        )  # fmt: skip
        return ended or await self.get(id)

    async def erase_files(self, id: UUID, *, at: datetime) -> Job:
        """Record once that the files were erased."""
        return await self._change(and_(_COLUMN.id == id, _COLUMN.erased_at.is_(None)), erased_at=at) or await self.get(
            id
        )

    async def finish(
        self,
        id: UUID,
        *,
        worker: UUID,
        at: datetime,
        result: Mapping[str, object] | None = None,
        problem: JobProblem | None = None,
    ) -> bool:
        """End a job."""
        ended = await self._change(
            _held(id, worker),
            state=(JobState.FAILED if problem else JobState.DONE).value,
            ended_at=at,
            **({"problem": asdict(problem)} if problem else {"result": result}),
        )
        return ended is not None

    async def _read(self, statement: Select[Any]) -> Sequence[Job]:
        with translated():
            async with self._engine.connect() as connection:
                return [_job(row) for row in (await connection.execute(statement)).mappings()]

    async def _change(self, which: ColumnElement[bool], **values: object) -> Job | None:
        with translated():
            async with self._engine.begin() as connection:
                changed = await connection.execute(update(JOBS).where(which).values(**values).returning(JOBS))
                row = changed.mappings().first()
        return _job(row) if row else None


def _held(id: UUID, worker: UUID) -> ColumnElement[bool]:
    return and_(_COLUMN.id == id, _COLUMN.worker == worker, _COLUMN.state == JobState.RUNNING.value)


def _job(row: Mapping[Any, Any]) -> Job:
    fields: dict[str, Any] = {name: row[name] for name in Job.__dataclass_fields__}
    problem = JobProblem(**row["problem"]) if row["problem"] else None
    progress = JobProgress(row["progress"], row["rows"], row["bad"])
    kind, state = JobKind(row["kind"]), JobState(row["state"])
    fields |= {"kind": kind, "state": state, "problem": problem, "progress": progress}
    return Job(**fields)
