"""Leases of the embedded server, counted while others write and return theirs."""

from __future__ import annotations

from pathlib import Path

from adapters.postgres.leases import Leases


def test_who_counts_leases_removes_none_that_is_being_written(tmp_path: Path) -> None:
    leases = Leases(tmp_path / "leases")
    mine = leases.take()
    unfinished, returned = leases.folder / "1-unfinished", leases.folder / "2-returned"
    unfinished.touch()
    returned.symlink_to(tmp_path / "gone")  # listed a moment ago, and not there any more
    assert leases.count == 1
    assert unfinished.exists()
    leases.give_back(mine)
    assert list(leases.folder.iterdir()) == []


def test_there_is_no_lease_where_nobody_took_one(tmp_path: Path) -> None:
    assert Leases(tmp_path / "leases").count == 0
