"""Calls that go together."""

import asyncio
import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.common.batching import Coalesced
from domain.errors import NotFound, PredictorUnavailable


class Doubling:
    """Doubles numbers while its gate is open; `bad` ones spoil their whole group; keeps which groups came."""

    def __init__(self, bad=()):
        self.groups, self.bad, self.gate = [], set(bad), asyncio.Event()
        self.gate.set()

    async def __call__(self, numbers):
        self.groups.append(list(numbers))
        await self.gate.wait()
        await asyncio.sleep(0)
        if self.bad & set(numbers):
            raise ValueError(*sorted(self.bad & set(numbers)))
        return [number * 2 for number in numbers]


def coalesced(work, at_once=32, room=1000, deadline=30.0, parallel=1):
    return Coalesced(
        work=work,
        at_once=at_once,
        room=room,
        deadline=deadline,
        unavailable=PredictorUnavailable,
        part="the model server",
        parallel=parallel,
    )


async def settled():
    """Let everything go on that can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_lone_call_goes_at_once_and_alone():
    work = Doubling()
    assert await coalesced(work)(21) == 42
    assert work.groups == [[21]]


async def test_calls_that_come_while_one_is_under_way_go_together():
    work = Doubling()
    call = coalesced(work)
    work.gate.clear()
    first = asyncio.create_task(call(0))
    await settled()
    later = [asyncio.create_task(call(number)) for number in range(1, 6)]
    await settled()
    assert (work.groups, call.waiting) == ([[0]], 5)
    work.gate.set()
    assert await asyncio.gather(first, *later) == [0, 2, 4, 6, 8, 10]
    assert (work.groups, call.waiting) == ([[0], [1, 2, 3, 4, 5]], 0)


async def test_a_group_is_never_larger_than_allowed():
    work = Doubling()
    call = coalesced(work, at_once=4)
    assert await asyncio.gather(*(call(number) for number in range(11))) == [number * 2 for number in range(11)]
    assert [len(group) for group in work.groups] == [4, 4, 3]


async def test_as_many_groups_as_allowed_are_under_way():
    work = Doubling()
    call = coalesced(work, parallel=2)
    work.gate.clear()
    tasks = []
    for number in range(4):
        tasks.append(asyncio.create_task(call(number)))
        await settled()
    assert (work.groups, call.waiting) == ([[0], [1]], 2)
    work.gate.set()
    assert await asyncio.gather(*tasks) == [0, 2, 4, 6]


async def test_who_finds_no_room_hears_so_at_once():
    work = Doubling()
    call = coalesced(work, room=2)
    work.gate.clear()
    first = asyncio.create_task(call(0))
    await settled()
    waiting = [asyncio.create_task(call(number)) for number in (1, 2)]
    await settled()
    with pytest.raises(PredictorUnavailable, match="the model server is too busy: 2 requests") as refused:
        await call(3)
    assert refused.value.retry_after > 0
    work.gate.set()
    assert await asyncio.gather(first, *waiting) == [0, 2, 4]


async def test_work_without_end_keeps_the_deadline_and_the_next_call_is_served():
    work = Doubling()
    call = coalesced(work, deadline=0.05)
    work.gate.clear()
    for outcome in await asyncio.gather(*(call(number) for number in range(40)), return_exceptions=True):
        assert isinstance(outcome, PredictorUnavailable)
        assert str(outcome) == "the model server did not answer within 0.05 s: `medcost doctor` says what is wrong"
    assert call.waiting == 0
    work.gate.set()
    await settled()
    assert await call(4) == 8


async def test_who_gives_up_while_waiting_is_not_worked_for():
    work = Doubling()
    call = coalesced(work)
    work.gate.clear()
    tasks = [asyncio.create_task(call(0))]
    await settled()
    tasks += [asyncio.create_task(call(number)) for number in (1, 2, 3)]
    await settled()
    tasks[2].cancel()
    await settled()
    assert call.waiting == 2
    work.gate.set()
    assert await asyncio.gather(tasks[0], tasks[1], tasks[3]) == [0, 2, 6]
    assert work.groups == [[0], [1, 3]]


async def test_the_first_of_a_group_may_be_cancelled_without_hurting_its_neighbours():
    work = Doubling()
    call = coalesced(work)
    work.gate.clear()
    tasks = [asyncio.create_task(call(number)) for number in range(3)]
    await settled()
    tasks[0].cancel()
    await settled()
    work.gate.set()
    assert await asyncio.gather(*tasks[1:]) == [2, 4]
    assert tasks[0].cancelled()


async def test_unavailable_is_told_to_all_without_trying_again():
    groups, away = [], PredictorUnavailable("away", retry_after=7)

    async def work(numbers):
        groups.append(list(numbers))
        raise away

    call = coalesced(work)
    outcomes = await asyncio.gather(*(call(number) for number in range(8)), return_exceptions=True)
    assert outcomes == [away] * 8
    assert groups == [list(range(8))]


async def test_an_error_meant_for_one_reaches_only_that_one():
    async def work(numbers):
        return [NotFound(f"no {number}") if number == 3 else number for number in numbers]

    call = coalesced(work)
    outcomes = await asyncio.gather(*(call(number) for number in range(5)), return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["0", "1", "2", "no 3", "4"]


async def test_work_that_answers_too_few_is_a_fault_that_everybody_hears_of():
    async def work(numbers):
        return numbers[:-1]

    call = coalesced(work)
    outcomes = await asyncio.wait_for(asyncio.gather(call(1), call(2), return_exceptions=True), 10)
    assert [type(outcome) for outcome in outcomes] == [ValueError, ValueError]
    with pytest.raises(ValueError, match="zip"):
        await call(3)


async def test_a_failure_after_its_caller_was_cancelled_is_not_reported(caplog):
    async def work(numbers):
        asyncio.get_running_loop().call_soon(caller.cancel)  # after the answer is there, before the caller wakes up
        raise ValueError

    call = coalesced(work)
    caller = asyncio.create_task(call(1))
    assert isinstance(*await asyncio.gather(caller, return_exceptions=True), asyncio.CancelledError)
    gc.collect()
    assert not caplog.records


@given(
    calls=st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=40),
    bad=st.sets(st.integers(0, 40), max_size=5),
    at_once=st.integers(1, 8),
    parallel=st.integers(1, 3),
)
async def test_everybody_gets_their_own(calls, bad, at_once, parallel):
    """However calls come, are cancelled, or are wrong: each caller gets the answer or the error that is theirs."""
    work = Doubling(bad)
    call = coalesced(work, at_once=at_once, parallel=parallel)

    async def come(number, after, gives_up):
        for _ in range(after):
            await asyncio.sleep(0)
        task = asyncio.create_task(call(number))
        if gives_up:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            task.cancel()
        return await asyncio.wait({task}), task

    came = await asyncio.gather(*(come(number, *how) for number, how in enumerate(calls)))
    for number, (_, task) in enumerate(came):
        if task.cancelled():
            assert calls[number][1]
        elif number in bad:
            assert repr(task.exception()) == f"ValueError({number})"
        else:
            assert task.result() == number * 2
    assert call.waiting == 0
    assert max((len(group) for group in work.groups), default=0) <= at_once


async def test_who_looks_is_told_of_each_group_and_its_time():
    seen = []

    async def work(questions):
        await asyncio.sleep(0)
        return questions

    coalesced = Coalesced(
        work=work,
        at_once=2,
        room=10,
        deadline=5,
        unavailable=PredictorUnavailable,
        part="the model server",
        observe=lambda *group: seen.append(group),
    )
    await asyncio.gather(*(coalesced(n) for n in range(5)))
    assert [(size, waiting) for size, waiting, _ in seen] == [(2, 3), (2, 1), (1, 0)]
    assert all(seconds >= 0 for _, _, seconds in seen)
