"""Score a file of people by a job: record the job, and work on it when a worker has claimed it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from application.costs.score_file import ScoreFile
from application.use_case import use_case
from domain.costs.scoring_task import ScoringTask
from domain.errors import ConfigurationError, FieldError, HomeInUse, InvalidInput, JobNotFound, TooManyJobs, Unavailable
from domain.operations.jobs import JobKind, JobProgress, NewJob
from domain.people.schema import Schema
from domain.ports.clock import Clock
from domain.ports.file_scorer import FileScorer
from domain.ports.job_files import JobFiles
from domain.ports.jobs import Jobs
from domain.ports.loader import LoadedModel
from domain.ports.request_keys import RequestKeys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from domain.access.callers import Caller
    from domain.costs.prediction import Idempotency
    from domain.costs.scoring import ScoringReport
    from domain.operations.jobs import Job, OnProgress

MOST_EACH: Final = 8
"""The most files of one owner that may be under way."""
AT_ONCE: Final = 1 << 14
"""Rows of a batch."""
_LONGEST_WAIT: Final = 10.0


@use_case
class AskForScoring:
    """Record a job that scores a received file."""

    jobs: Jobs
    files: JobFiles
    clock: Clock
    keys: RequestKeys

    async def require_turn(self, caller: Caller, *, once: Idempotency | None = None) -> None:
        """Refuse a caller who has enough files under way, before the next one comes in.

        Under an idempotency key that was seen before, the file may be that of an existing job: it is received, so that
        its digest can be compared.

        Raises:
            TooManyJobs: if the caller has `MOST_EACH` files under way.
        """
        if once and await self.keys.find(replace(once, owner=caller.owner), at=self.clock.now()):
            return
        if await self.jobs.under_way(JobKind.SCORING, caller.owner) >= MOST_EACH:
            raise TooManyJobs(MOST_EACH)

    async def __call__(self, task: ScoringTask, caller: Caller, *, once: Idempotency | None = None) -> Job:
        """Record a job. The same idempotency key returns the same job, and the second file is erased.

        Raises:
            TooManyJobs: as `require_turn`.
            IdempotencyKeyReused: if the key came with another request before.
        """
        id = await self.keys.claim(replace(once, owner=caller.owner), at=self.clock.now()) if once else None
        job = (id and await self._find(id)) or await self._add(task, caller, id)
        if job.task["folder"] != task.folder:
            await asyncio.to_thread(self.files.erase, task.folder)
        return job

    async def _find(self, id: UUID) -> Job | None:
        try:
            return await self.jobs.get(id)
        except JobNotFound:
            return None

    async def _add(self, task: ScoringTask, caller: Caller, id: UUID | None) -> Job:
        await self.require_turn(caller)
        new = NewJob(
            kind=JobKind.SCORING,
            task=task.as_json(),
            owner=caller.owner,
            created_at=self.clock.now(),
            place=await asyncio.to_thread(lambda: self.files.place),
        )
        return await self.jobs.add(new, id=id)


@use_case
class ScoreByJob:
    """Score the file of a job; after the death of its process, another one goes on at the last checkpoint."""

    scorer: FileScorer

    async def __call__(self, job: Job, report: OnProgress) -> Mapping[str, object]:
        """Score the file, and return the report for JSON: figures and names of columns, no fact of a person.

        Raises:
            InvalidInput: if the file cannot be read as the task says.
            MedcostError: as `FileScorer`, except temporary errors, which are waited out.
        """
        task, wait = ScoringTask.of_json(job.task), 0.5
        while True:
            try:
                scored = await self.scorer.score(task, report)
            except (HomeInUse, Unavailable) as busy:
                # a worker that was taken for dead releases the file as soon as it learns that
                wait = min(max(2 * wait, getattr(busy, "retry_after", 0)), _LONGEST_WAIT)
                await asyncio.sleep(wait)
            else:
                report(progress_of(scored))
                return {
                    "rows": scored.rows,
                    "bad": scored.bad,
                    "unknown_columns": [*scored.unknown_columns],
                    "notes": [*scored.notes],
                    "model": {"version": scored.model.version, "digest": scored.model.digest},
                }


@use_case
class ScoreTask(FileScorer):
    """Score the file of a task in this process."""

    files: JobFiles
    score_file: ScoreFile
    model: LoadedModel
    schema: Schema
    at_once: int = AT_ONCE

    async def score(self, task: ScoringTask, on_progress: OnProgress) -> ScoringReport:
        """Score the file of a task with the current model; mistakes name the file as its sender does."""
        source = self.files.source(task.folder, task.source)
        try:
            return await self.score_file(
                self.model.current(),
                source,
                self.files.answers(task.folder, task.result),
                task.rules(self.schema),
                on_batch=lambda report, _: on_progress(progress_of(report)),
                at_once=self.at_once,
                above=task.above,
                every_row=True,
            )
        except ConfigurationError as error:  # the task names a column that is not in the file
            raise InvalidInput([FieldError("map", "unknown", str(error))]) from error
        except InvalidInput as error:
            stored = PurePath(source).name
            errors = [replace(wrong, field=wrong.field.replace(stored, task.name, 1)) for wrong in error.errors]
            raise InvalidInput(errors) from error


def progress_of(report: ScoringReport) -> JobProgress:
    """Return the progress of a scoring."""
    return JobProgress(report.share, report.rows, report.bad)
