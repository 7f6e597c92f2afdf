"""The port `room`: one suite over every adapter."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.local.room import DiskRoom
from adapters.memory.room import MemoryRoom
from domain.errors import NoRoom
from domain.ports.room import Room

MORE_THAN_ANY_DISK = 2**70


@pytest.fixture(params=["memory", "disk"])
def make_room(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[bool], Room]:
    """`make_room(full)` gives space that is full or not."""

    def make(full: bool) -> Room:
        if request.param == "memory":
            return MemoryRoom(failure=NoRoom("full: make room") if full else None)
        return DiskRoom(tmp_path / "home", least=MORE_THAN_ANY_DISK if full else 0)

    return make


def test_where_there_is_room_nothing_is_said(make_room: Callable[[bool], Room]) -> None:
    make_room(False).check()


def test_where_there_is_none_the_error_says_what_to_do(make_room: Callable[[bool], Room]) -> None:
    with pytest.raises(NoRoom, match="make room"):
        make_room(True).check()


def test_a_full_disk_is_told_without_a_path(tmp_path: Path) -> None:
    with pytest.raises(NoRoom) as caught:
        DiskRoom(tmp_path, least=MORE_THAN_ANY_DISK).check()
    assert str(tmp_path) not in str(caught.value)
    assert "MB" in str(caught.value)


def test_free_bytes_are_told_where_there_is_a_disk(make_room: Callable[[bool], Room], tmp_path: Path) -> None:
    free = make_room(False).free()
    assert free is None or 0 < free <= shutil.disk_usage(tmp_path).total


def test_a_disk_tells_its_free_bytes_before_the_home_is_made(tmp_path: Path) -> None:
    assert DiskRoom(tmp_path / "home").free()
