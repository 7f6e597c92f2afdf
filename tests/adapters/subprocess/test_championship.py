"""What happens around the child: who waits, who is gone, and what ends it."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.subprocess.championship import ChildChampionship
from domain.errors import RegistryUnavailable

pytestmark = pytest.mark.process

CHILD = """
import pathlib, sys, time
from datetime import UTC, datetime
from adapters.subprocess.championship import serve
from domain.models.ledger import Change, NewEntry, sealed

def change(asked):
    busy = pathlib.Path("busy")
    busy.touch(exist_ok=False)
    while pathlib.Path("wait").exists():
        time.sleep(0.01)
    busy.unlink()
    pathlib.Path(f"done-{asked.version}").touch()
    return sealed(NewEntry(change=Change.PROMOTION, version=asked.version, digest="d", replaces=None,
        at=datetime.now(UTC), by=asked.by, reason="r"), after=None)

serve(change)
"""


@pytest.fixture
def championship(tmp_path: Path) -> Callable[..., ChildChampionship]:
    """Over a child that works in the test's folder as long as ``wait`` is there, and fails if another is at work."""

    def over(code: str, deadline: float = 60) -> ChildChampionship:
        return ChildChampionship(
            [sys.executable, "-c", f"import os; os.chdir({str(tmp_path)!r})\n{code}"], os.environ, deadline=deadline
        )

    return over


async def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def test_one_child_works_at_a_time(championship: Callable[..., ChildChampionship]) -> None:
    children = championship(CHILD)
    made = await asyncio.gather(*(children.promote(number, by="ann") for number in (1, 2, 3)))
    assert [entry.version for entry in made] == [1, 2, 3]


async def test_whoever_stops_waiting_does_not_stop_the_change(
    championship: Callable[..., ChildChampionship], tmp_path: Path
) -> None:
    (tmp_path / "wait").touch()
    children = championship(CHILD)
    asking = asyncio.create_task(children.promote(1, by="ann"))
    await until((tmp_path / "busy").exists)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    (tmp_path / "wait").unlink()
    await children.close()
    assert (tmp_path / "done-1").exists()
    assert (await children.promote(2, by="ann")).version == 2


async def test_a_child_beyond_its_deadline_is_ended_and_the_next_has_its_turn(
    championship: Callable[..., ChildChampionship],
) -> None:
    children = championship("import time; time.sleep(60)", deadline=0.1)
    for _ in range(2):
        with pytest.raises(RegistryUnavailable, match="longer than"):
            await children.roll_back(by="ann")


async def test_a_child_that_breaks_is_no_answer(championship: Callable[..., ChildChampionship]) -> None:
    for code in ("raise SystemExit(3)", "import os; os.kill(os.getpid(), 9)"):
        with pytest.raises(RegistryUnavailable, match=r"ended with (3|-9)"):
            await championship(code).roll_back(by="ann")
