"""How jobs are worked on, and what happens when somebody dies over one."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from adapters.memory.clock import FixedClock
from adapters.memory.jobs import MemoryJobs
from application.operations.work_on_jobs import JobWorker
from domain.errors import PromotionRefused, RepositoryUnavailable
from domain.operations.jobs import MOST_ATTEMPTS, Job, JobKind, JobProblem, JobState, NewJob
from tests.support.waiting import eventually

CLOCK = FixedClock()
REFUSED = PromotionRefused("the gate refuses it")
NEW = NewJob(kind=JobKind.PROMOTION, task={"version": 1}, owner="local", created_at=CLOCK.now())


async def work(job: Job, report):
    if job.task["version"] == 2:
        raise REFUSED
    if job.task["version"] == 3:
        raise ZeroDivisionError
    return {"version": job.task["version"]}


def worker(jobs: MemoryJobs, work=work) -> JobWorker:
    return JobWorker(jobs, CLOCK, {JobKind.PROMOTION: work}, every=0.001, lapse=0.01)


@pytest.mark.parametrize(
    ("version", "state", "result", "error"),
    [
        (1, JobState.DONE, {"version": 1}, None),
        (2, JobState.FAILED, None, "PromotionRefused"),
        (3, JobState.FAILED, None, ""),
    ],
)
async def test_a_job_is_ended_whatever_comes_of_it(version, state, result, error):
    jobs = MemoryJobs()
    made = await jobs.add(NewJob(kind=JobKind.PROMOTION, task={"version": version}, owner="o", created_at=CLOCK.now()))
    assert await worker(jobs).work_on_next()
    ended = await jobs.get(made.id)
    assert (ended.state, ended.result, ended.problem and ended.problem.error) == (state, result, error)
    assert not await worker(jobs).work_on_next()


async def test_a_worker_that_is_told_to_stop_ends_the_job_it_has_begun():
    jobs, begun, go_on = MemoryJobs(), asyncio.Event(), asyncio.Event()

    async def slow(job: Job, report):
        begun.set()
        await go_on.wait()
        return {}

    first, second = await jobs.add(NEW), await jobs.add(NEW)
    busy = worker(jobs, slow)
    running = asyncio.create_task(busy.run())
    await begun.wait()
    busy.stop()
    go_on.set()
    await running
    assert [(await jobs.get(job.id)).state for job in (first, second)] == [JobState.DONE, JobState.WAITING]


async def test_a_worker_outlives_a_store_that_is_away():
    jobs = MemoryJobs(failure=RepositoryUnavailable("away", retry_after=0.001))
    busy = worker(jobs)
    running = asyncio.create_task(busy.run())
    await asyncio.sleep(0)
    jobs.failure = None
    made = await jobs.add(NEW)

    async def ended():
        return (await jobs.get(made.id)).state.has_ended

    await eventually(ended)
    busy.stop()
    await running


async def test_a_job_over_which_processes_died_is_not_begun_for_ever():
    jobs, at = MemoryJobs(), CLOCK.now() - timedelta(days=1)
    made = await jobs.add(NEW)
    for _ in range(MOST_ATTEMPTS):
        assert await jobs.claim([JobKind.PROMOTION], worker=uuid4(), at=at, lapse=timedelta())
        at += timedelta(seconds=1)
    assert await worker(jobs).work_on_next()
    detail = "3 processes that worked on this job ended before it did"
    assert (await jobs.get(made.id)).problem == JobProblem("", detail)
