"""What every store of jobs promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from adapters.memory.jobs import MemoryJobs
from adapters.postgres.engine import connect
from adapters.postgres.jobs import PostgresJobs
from domain.errors import JobNotFound, JobUnderWay
from domain.operations.jobs import Job, JobKind, JobProblem, JobProgress, JobState, NewJob
from domain.ports.jobs import JobQuery, Jobs

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LAPSE = 30 * SECOND
OWNER, OTHER = uuid4(), uuid4()
ROLLBACK = NewJob(kind=JobKind.ROLLBACK, task={"after": 3, "by": "ann"}, owner="key:1", created_at=NOON)
SOLE = NewJob(kind=JobKind.PROMOTION, task={"version": 1}, owner="key:1", created_at=NOON, slot="champion")


@pytest.fixture(params=["memory", "postgres"])
async def jobs(request: pytest.FixtureRequest) -> AsyncIterator[Jobs]:
    if request.param == "memory":
        yield MemoryJobs()
        return
    engine = connect(request.getfixturevalue("postgres_url"), deadline=10)
    yield PostgresJobs(engine)
    await engine.dispose()


async def claimed(jobs: Jobs, worker=OWNER, at=NOON, kinds=tuple(JobKind)) -> Job | None:
    return await jobs.claim(kinds, worker=worker, at=at, lapse=LAPSE)


async def test_a_job_waits_with_all_that_was_said_of_it(jobs: Jobs) -> None:
    added = await jobs.add(ROLLBACK)
    assert await jobs.get(added.id) == added
    assert (added.kind, added.task, added.owner, added.created_at, added.slot) == (
        JobKind.ROLLBACK, {"after": 3, "by": "ann"}, "key:1", NOON, None
    )  # fmt: skip
    assert (added.state, added.progress, added.result, added.problem, added.attempts) == (
        JobState.WAITING, JobProgress(), None, None, 0
    )  # fmt: skip
    with pytest.raises(JobNotFound):
        await jobs.get(uuid4())


async def test_the_oldest_job_of_a_kind_is_taken_first_and_once(jobs: Jobs) -> None:
    first, second = await jobs.add(ROLLBACK), await jobs.add(ROLLBACK)
    assert await claimed(jobs, kinds=(JobKind.PROMOTION,)) is None
    taken = await claimed(jobs)
    assert taken is not None
    assert (taken.id, taken.state, taken.started_at, taken.attempts) == (first.id, JobState.RUNNING, NOON, 1)
    assert await jobs.get(first.id) == taken
    assert [job and job.id for job in (await claimed(jobs, OTHER), await claimed(jobs, OTHER))] == [second.id, None]


async def test_workers_that_ask_at_once_get_different_jobs(jobs: Jobs) -> None:
    added = {(await jobs.add(ROLLBACK)).id for _ in range(8)}
    taken = await asyncio.gather(*(claimed(jobs, uuid4()) for _ in range(12)))
    ids = [job.id for job in taken if job]
    assert len(ids) == len(set(ids))
    while more := await claimed(jobs):  # who found its job locked came away without one
        ids.append(more.id)
    assert sorted(ids) == sorted(added)


async def test_a_job_ends_with_what_came_of_it(jobs: Jobs) -> None:
    good, bad = await jobs.add(ROLLBACK), await jobs.add(ROLLBACK)
    await claimed(jobs)
    await claimed(jobs)
    assert await jobs.beat(good.id, worker=OWNER, at=NOON, progress=JobProgress(0.5, 20, 3))
    assert (await jobs.get(good.id)).progress == JobProgress(0.5, 20, 3)
    assert await jobs.finish(good.id, worker=OWNER, at=NOON + SECOND, result={"number": 4})
    problem = JobProblem("PromotionRefused", "the gate refuses it")
    assert await jobs.finish(bad.id, worker=OWNER, at=NOON + SECOND, problem=problem)
    done, failed = await jobs.get(good.id), await jobs.get(bad.id)
    assert (done.state, done.result, done.problem, done.ended_at) == (JobState.DONE, {"number": 4}, None, NOON + SECOND)
    assert (failed.state, failed.result, failed.problem) == (JobState.FAILED, None, problem)
    assert await claimed(jobs, OTHER, NOON + timedelta(days=1)) is None
    assert not await jobs.finish(good.id, worker=OWNER, at=NOON, problem=problem)
    assert await jobs.get(good.id) == done


@pytest.mark.parametrize("sign", [1, -1])
async def test_the_job_of_a_worker_that_shows_no_life_is_taken_over(jobs: Jobs, sign: int) -> None:
    job = await jobs.add(ROLLBACK)
    await claimed(jobs)
    assert await claimed(jobs, OTHER, NOON + LAPSE) is None
    assert await jobs.beat(job.id, worker=OWNER, at=NOON + LAPSE)
    assert await claimed(jobs, OTHER, NOON + LAPSE + LAPSE) is None
    late = NOON + LAPSE + sign * (LAPSE + SECOND)  # also if the clock was set back
    again = await claimed(jobs, OTHER, late)
    assert again is not None
    assert (again.id, again.attempts, again.started_at) == (job.id, 2, NOON)
    assert not await jobs.beat(job.id, worker=OWNER, at=late)
    assert not await jobs.finish(job.id, worker=OWNER, at=late, result={})
    assert await jobs.finish(job.id, worker=OTHER, at=late, result={"n": 1})


async def test_of_the_jobs_of_a_slot_one_is_under_way(jobs: Jobs) -> None:
    first = await jobs.add(SOLE)
    with pytest.raises(JobUnderWay):
        await jobs.add(SOLE)
    await jobs.add(ROLLBACK)
    await claimed(jobs)
    with pytest.raises(JobUnderWay):
        await jobs.add(SOLE)
    await jobs.finish(first.id, worker=OWNER, at=NOON, result={})
    assert (await jobs.add(SOLE)).id != first.id


async def test_the_newest_jobs_come_first(jobs: Jobs) -> None:
    added = [await jobs.add(ROLLBACK) for _ in range(3)]
    assert list(await jobs.newest(2)) == [added[2], added[1]]
    assert list(await jobs.newest(10)) == added[::-1]


SCORING = NewJob(kind=JobKind.SCORING, task={"folder": "f"}, owner="key:2", created_at=NOON, place="here")


async def test_a_job_with_files_is_taken_by_who_has_them(jobs: Jobs) -> None:
    job = await jobs.add(SCORING)
    kinds = (JobKind.SCORING,)
    for place in (None, "", "elsewhere"):
        assert await jobs.claim(kinds, worker=OWNER, at=NOON, lapse=LAPSE, place=place) is None
    taken = await jobs.claim(kinds, worker=OWNER, at=NOON, lapse=LAPSE, place="here")
    assert taken is not None
    assert (taken.id, taken.place) == (job.id, "here")


async def test_a_job_without_files_is_taken_by_anybody(jobs: Jobs) -> None:
    await jobs.add(ROLLBACK)
    assert await jobs.claim((JobKind.ROLLBACK,), worker=OWNER, at=NOON, lapse=LAPSE, place="here")


async def test_a_cancelled_job_has_ended_and_its_worker_learns_it_by_the_next_heartbeat(jobs: Jobs) -> None:
    waiting, running = await jobs.add(SOLE), await jobs.add(ROLLBACK)
    await claimed(jobs, kinds=(JobKind.ROLLBACK,))
    for job in (waiting, running):
        ended = await jobs.cancel(job.id, at=NOON + SECOND)
        assert (ended.state, ended.ended_at) == (JobState.CANCELLED, NOON + SECOND)
        assert await jobs.get(job.id) == ended
    assert not await jobs.beat(running.id, worker=OWNER, at=NOON)
    assert not await jobs.finish(running.id, worker=OWNER, at=NOON, result={})
    assert await claimed(jobs, OTHER, NOON + timedelta(days=1)) is None
    assert (await jobs.add(SOLE)).state is JobState.WAITING  # its slot is free


async def test_what_has_ended_is_not_cancelled(jobs: Jobs) -> None:
    job = await jobs.add(ROLLBACK)
    await claimed(jobs)
    await jobs.finish(job.id, worker=OWNER, at=NOON, result={"number": 4})
    assert (await jobs.cancel(job.id, at=NOON + SECOND)).state is JobState.DONE
    with pytest.raises(JobNotFound):
        await jobs.cancel(uuid4(), at=NOON)


async def test_a_released_job_waits_again_as_if_it_had_not_been_begun(jobs: Jobs) -> None:
    job = await jobs.add(ROLLBACK)
    await claimed(jobs)
    await jobs.beat(job.id, worker=OWNER, at=NOON, progress=JobProgress(0.5, 20, 3))
    assert not await jobs.release(job.id, worker=OTHER)
    assert await jobs.release(job.id, worker=OWNER)
    waiting = await jobs.get(job.id)
    assert (waiting.state, waiting.attempts, waiting.progress.rows) == (JobState.WAITING, 0, 20)
    again = await claimed(jobs, OTHER)
    assert again is not None
    assert (again.id, again.attempts) == (job.id, 1)


async def test_jobs_are_found_by_owner_kind_and_place_in_pages(jobs: Jobs) -> None:
    mine = [await jobs.add(SCORING) for _ in range(3)]
    other = await jobs.add(ROLLBACK)
    which = JobQuery(owner="key:2")
    assert [job.id for job in await jobs.newest(2, which=which)] == [mine[2].id, mine[1].id]
    rest = await jobs.newest(9, which=JobQuery(owner="key:2", kind=JobKind.SCORING, before=mine[1].id))
    assert [job.id for job in rest] == [mine[0].id]
    assert [job.id for job in await jobs.newest(9, which=JobQuery(kind=JobKind.ROLLBACK))] == [other.id]
    assert await jobs.newest(9, which=JobQuery(owner="nobody")) == []


async def test_jobs_under_way_are_counted_by_kind_and_owner(jobs: Jobs) -> None:
    ended, _ = await jobs.add(SCORING), await jobs.add(SCORING)
    await jobs.cancel(ended.id, at=NOON)
    await jobs.add(ROLLBACK)
    counts = [await jobs.under_way(JobKind.SCORING, owner) for owner in ("key:2", "key:1")]
    assert counts == [1, 0]


async def test_files_are_erased_once_and_then_no_job_has_them(jobs: Jobs) -> None:
    first, second = await jobs.add(SCORING), await jobs.add(SCORING)
    await jobs.add(ROLLBACK)
    assert [job.id for job in await jobs.with_files("here")] == [first.id, second.id]
    assert await jobs.with_files("elsewhere") == []
    erased = await jobs.erase_files(first.id, at=NOON)
    assert erased.erased_at == NOON
    assert await jobs.erase_files(first.id, at=NOON + SECOND) == erased
    assert [job.id for job in await jobs.with_files("here")] == [second.id]
    with pytest.raises(JobNotFound):
        await jobs.erase_files(uuid4(), at=NOON)


async def test_a_job_under_an_identifier_is_added_once(jobs: Jobs) -> None:
    id = uuid4()
    first = await jobs.add(SOLE, id=id)
    assert (first.id, await jobs.add(SOLE, id=id)) == (id, first)
    with pytest.raises(JobUnderWay):
        await jobs.add(SOLE, id=uuid4())


async def test_jobs_that_ended_are_given_in_the_order_of_their_ends(jobs: Jobs) -> None:
    early, late, _waiting = [await jobs.add(ROLLBACK) for _ in range(3)]
    for _ in range(2):
        await claimed(jobs)
    await jobs.finish(late.id, worker=OWNER, at=NOON + 2 * SECOND, result={})
    await jobs.finish(early.id, worker=OWNER, at=NOON + SECOND, problem=JobProblem("", "lost"))
    assert [job.id for job in await jobs.ended_since(NOON)] == [early.id, late.id]
    assert [job.id for job in await jobs.ended_since(NOON + 2 * SECOND)] == [late.id]
