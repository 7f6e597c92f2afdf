"""Files that are scored by jobs: cut short, released, cancelled, erased; over adapters in memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.memory.audit import MemoryAuditTrail
from adapters.memory.clock import FixedClock
from adapters.memory.job_files import MemoryJobFiles
from adapters.memory.jobs import MemoryJobs
from adapters.memory.request_keys import MemoryRequestKeys
from application.costs.score_by_job import MOST_EACH, AskForScoring, ScoreByJob
from application.operations.audit_changes import AuditChanges
from application.operations.review_jobs import CancelJob, ReviewJobs, SweepJobs
from application.operations.work_on_jobs import JobWorker
from domain.access.callers import Caller
from domain.costs.prediction import Idempotency, ModelReference
from domain.costs.scoring import ScoringReport
from domain.costs.scoring_task import FileKind, ScoringTask
from domain.errors import HomeInUse, IdempotencyKeyReused, TooManyJobs
from domain.operations.audit import AuditAction
from domain.operations.jobs import JobKind, JobProgress, JobState
from domain.ports.file_scorer import FileScorer
from tests.support.waiting import eventually

ANN = Caller("key:ann")
REPORT = ScoringReport(ModelReference(3, "0" * 64), rows=10, scored=8, share=1.0)


@dataclass
class SlowScorer(FileScorer):
    """Tells that it has begun, and goes on when it may."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    failures: list[Exception] = field(default_factory=list)
    ended: int = 0

    async def score(self, task, on_progress):
        if self.failures:
            raise self.failures.pop()
        on_progress(JobProgress(0.5, 5, 1))
        self.begun.set()
        try:
            await self.go_on.wait()
        finally:
            self.ended += 1
        return REPORT


@dataclass
class World:
    clock: FixedClock = field(default_factory=FixedClock)
    jobs: MemoryJobs = field(default_factory=MemoryJobs)
    files: MemoryJobFiles = field(default_factory=MemoryJobFiles)
    keys: MemoryRequestKeys = field(default_factory=MemoryRequestKeys)
    trail: MemoryAuditTrail = field(default_factory=MemoryAuditTrail)
    scorer: SlowScorer = field(default_factory=SlowScorer)

    def worker(self, **more) -> JobWorker:
        work = {JobKind.SCORING: ScoreByJob(scorer=self.scorer)}
        given: dict[str, Any] = {
            "every": 0.001,
            "lapse": 0.01,
            "place": lambda: self.files.place,
            "resumable": work,
            **more,
        }
        return JobWorker(self.jobs, self.clock, work, **given)

    async def add(self, caller=ANN, once=None):
        upload = self.files.receive(FileKind.CSV)
        upload.write(b"age\n40\n")
        upload.finish()
        task = ScoringTask(folder=upload.folder, name="a.csv", source=FileKind.CSV, result=FileKind.CSV)
        return await self.ask()(task, caller, once=once)

    def ask(self) -> AskForScoring:
        return AskForScoring(jobs=self.jobs, files=self.files, clock=self.clock, keys=self.keys)

    def cancel(self) -> CancelJob:
        review = ReviewJobs(jobs=self.jobs)
        audit = AuditChanges(trail=self.trail, clock=self.clock)
        return CancelJob(review=review, jobs=self.jobs, files=self.files, clock=self.clock, audit=audit)

    def sweep(self) -> SweepJobs:
        return SweepJobs(jobs=self.jobs, files=self.files, clock=self.clock)


@pytest.fixture
def world() -> World:
    return World()


async def test_a_job_tells_how_far_it_is_and_ends_with_its_figures(world):
    job = await world.add()
    working = asyncio.create_task(world.worker().work_on_next())

    async def state():
        return (await world.jobs.get(job.id)).progress.rows == 5

    await eventually(state)
    world.scorer.go_on.set()
    await working
    done = await world.jobs.get(job.id)
    assert (done.state, done.progress) == (JobState.DONE, JobProgress(1.0, 10, 2))
    assert done.result == {
        "rows": 10, "bad": 2, "unknown_columns": [], "notes": [], "model": {"version": 3, "digest": "0" * 64},
    }  # fmt: skip


async def test_one_idempotency_key_is_one_job_and_its_second_file_is_erased(world):
    once = Idempotency("k", "body")
    first = await world.add(once=once)
    for _ in range(MOST_EACH - 1):
        await world.add()
    with pytest.raises(TooManyJobs):
        await world.ask().require_turn(ANN, once=Idempotency("other", "body"))
    await world.ask().require_turn(ANN, once=once)  # the repeated request starts nothing
    assert await world.add(once=once) == first
    assert len(world.files.files) == MOST_EACH
    with pytest.raises(IdempotencyKeyReused):
        await world.add(once=Idempotency("k", "another body"))


async def test_twins_under_one_idempotency_key_leave_one_file(world):
    twins = await asyncio.gather(*(world.add(once=Idempotency("k", "body")) for _ in range(4)))
    assert len({job.id for job in twins}) == len(world.files.files) == 1


async def test_a_worker_that_is_told_to_stop_lets_another_one_go_on(world):
    job = await world.add()
    first = world.worker()
    running = asyncio.create_task(first.run())
    await world.scorer.begun.wait()
    first.stop()
    await running
    waiting = await world.jobs.get(job.id)
    assert (waiting.state, waiting.attempts, world.scorer.ended) == (JobState.WAITING, 0, 1)
    world.scorer.go_on.set()
    assert await world.worker().work_on_next()
    assert (await world.jobs.get(job.id)).state is JobState.DONE


async def test_a_cancelled_job_is_dropped_and_its_files_are_gone(world):
    job = await world.add()
    working = asyncio.create_task(world.worker().work_on_next())
    await world.scorer.begun.wait()
    cancelled = await world.cancel()(job.id, ANN)
    assert (cancelled.state, cancelled.erased_at) == (JobState.CANCELLED, world.clock.now())
    (entry,) = await world.trail.newest(9)
    assert (entry.by, entry.action, entry.subject) == ("key:ann", AuditAction.JOB_CANCELLED, str(job.id))
    await working
    assert (world.scorer.ended, world.files.files) == (1, {})
    assert await world.jobs.get(job.id) == cancelled


async def test_a_file_that_another_process_still_writes_is_waited_for(world):
    job = await world.add()
    world.scorer.failures = [HomeInUse("another process writes it")]
    world.scorer.go_on.set()
    await world.worker().work_on_next()
    assert (await world.jobs.get(job.id)).state is JobState.DONE


async def test_a_file_that_lies_elsewhere_is_left_to_those_who_have_it(world):
    await world.add()
    assert not await world.worker(place=lambda: "elsewhere").work_on_next()
    assert not await world.worker(place=None).work_on_next()


async def test_files_are_erased_some_days_after_the_end_of_their_job(world):
    old, new, running = [await world.add() for _ in range(3)]
    world.scorer.go_on.set()
    await world.worker().work_on_next()
    await world.jobs.claim([JobKind.SCORING], worker=world.worker()._id, at=world.clock.now(), lapse=timedelta(1),
                           place=world.files.place)  # fmt: skip
    ended = await world.jobs.get(old.id)
    late = replace(ended, ended_at=world.clock.now() - timedelta(days=8))
    world.jobs._jobs[old.id] = late
    assert await world.sweep()(timedelta(days=7)) == 1
    assert (await world.jobs.get(old.id)).erased_at == world.clock.now()
    folders = {address.partition("/")[0] for address in world.files.files}
    assert folders == {job.task["folder"] for job in (new, running)}
    assert await world.sweep()(timedelta(days=7)) == 0


async def test_what_the_worker_of_a_cancelled_job_wrote_late_is_swept(world):
    job = await world.add()
    await world.jobs.cancel(job.id, at=world.clock.now())  # somebody died before the files were erased
    assert await world.sweep()(timedelta(days=7)) == 1
    assert world.files.files == {}
