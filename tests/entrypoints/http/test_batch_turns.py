from __future__ import annotations

import asyncio

import pytest

from domain.errors import Unavailable
from entrypoints.http.batch_turns import BatchTurns


async def test_batches_have_their_turns_in_order_and_one_that_finds_no_room_is_sent_away():
    turns, go, worked = BatchTurns(room=2), asyncio.Event(), []

    async def work(name: str) -> None:
        async with turns.turn():
            worked.append(name)
            await go.wait()

    first, second = (asyncio.create_task(work(name)) for name in ("first", "second"))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable, match="2 batches"):
        await work("third")
    assert worked == ["first"]
    go.set()
    await asyncio.gather(first, second)
    await work("fourth")
    assert worked == ["first", "second", "fourth"]
