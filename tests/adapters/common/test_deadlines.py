"""Deadlines of one length by one timer."""

from __future__ import annotations

import asyncio

import pytest

from adapters.common.deadlines import Deadlines

LONG = 600.0
SOON = 0.02


async def test_what_is_waited_for_ends_when_the_deadline_passes():
    deadline = Deadlines(SOON).begin()
    with pytest.raises(TimeoutError), deadline:
        await asyncio.Event().wait()
    assert deadline.passed


async def test_all_pass_in_their_order_by_one_timer():
    deadlines, passed = Deadlines(SOON), []

    async def wait(name: int) -> None:
        deadline = deadlines.begin()
        try:
            with deadline:
                await asyncio.Event().wait()
        except TimeoutError:
            passed.append(name)

    await asyncio.gather(*(wait(name) for name in range(20)))
    assert passed == [*range(20)]


async def test_one_that_ended_does_not_pass_and_the_next_one_does():
    deadlines = Deadlines(SOON)
    ended, other = deadlines.begin(), deadlines.begin()
    with ended:
        await asyncio.sleep(0)
    ended.end()
    with pytest.raises(TimeoutError), other:
        await asyncio.Event().wait()
    assert not ended.passed


async def test_deadlines_begin_anew_after_all_have_passed():
    deadlines = Deadlines(SOON)
    for _ in range(2):
        with pytest.raises(TimeoutError), deadlines.begin():
            await asyncio.Event().wait()


async def test_a_cancellation_by_somebody_else_stays_a_cancellation():
    deadline = Deadlines(LONG).begin()

    async def wait() -> None:
        with deadline:
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not deadline.passed


async def test_of_two_nested_the_one_that_passes_ends_its_own_block():
    outer, inner = Deadlines(LONG).begin(), Deadlines(SOON).begin()
    with outer:
        with pytest.raises(TimeoutError), inner:
            await asyncio.Event().wait()
        await asyncio.sleep(0)
    assert (outer.passed, inner.passed) == (False, True)


async def test_after_the_deadline_only_what_is_ready_is_returned():
    deadline = Deadlines(LONG).begin()
    deadline.hurry()
    with deadline:
        there = True
    assert there
    with pytest.raises(TimeoutError), deadline:
        await asyncio.Event().wait()


async def test_more_time_is_given_once_for_each_call():
    deadline = Deadlines(0.0).begin()
    deadline.extend(SOON)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    with pytest.raises(TimeoutError), deadline:
        await asyncio.Event().wait()
    assert loop.time() - begun >= SOON / 2
