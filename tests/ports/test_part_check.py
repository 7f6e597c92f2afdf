"""The port `part_check`: every adapter finds, and never raises."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from adapters.local.home_check import HomeCheck
from adapters.memory.part_check import MemoryCheck
from adapters.mlflow.check import TrackingCheck
from domain.operations.diagnosis import Finding
from domain.ports.part_check import PartCheck
from entrypoints.composition.settings import load
from entrypoints.hosting.running_check import RunningCheck

MORE_THAN_ANY_DISK = 2**70


def store(file: Path) -> Path:
    """An experiment store with a run."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE runs (run_uuid TEXT)")
        database.execute("INSERT INTO runs VALUES ('a')")
        database.commit()
    return file


def spoilt(file: Path) -> Path:
    file.write_text("no database " * 1000)
    return file


WELL: dict[str, Callable[[Path], PartCheck]] = {
    "memory": lambda _: MemoryCheck([Finding("part", "ok", "all is well")]),
    "home": lambda folder: HomeCheck(folder, little=0),
    "tracking": lambda folder: TrackingCheck("", store(folder / "mlflow.db")),
}
NOT_WELL: dict[str, Callable[[Path], PartCheck]] = {
    "memory": lambda _: MemoryCheck([Finding("part", "failed", "away", "start it")]),
    "full": lambda folder: HomeCheck(folder, little=MORE_THAN_ANY_DISK),
    "spoilt": lambda folder: TrackingCheck("", spoilt(folder / "mlflow.db")),
    "none yet": lambda folder: TrackingCheck("", folder / "mlflow.db"),
    "away": lambda _: TrackingCheck("http://127.0.0.1:9/", Path("/nowhere")),
    "nothing is up": lambda folder: RunningCheck(load({"home": folder}, environment={})),
}


@pytest.mark.parametrize("make", WELL.values(), ids=WELL)
async def test_a_part_that_is_well_needs_no_remedy(make: Callable[[Path], PartCheck], tmp_path: Path) -> None:
    (finding,) = await make(tmp_path).findings()
    assert (finding.state, finding.remedy) == ("ok", "")


@pytest.mark.parametrize("make", NOT_WELL.values(), ids=NOT_WELL)
async def test_a_part_that_is_not_well_is_a_finding_with_a_remedy(
    make: Callable[[Path], PartCheck], tmp_path: Path
) -> None:
    (finding,) = await make(tmp_path).findings()
    assert finding.state in ("warning", "failed")
    assert finding.remedy


async def test_production_processes_are_looked_after_by_whoever_runs_them(tmp_path: Path) -> None:
    settings = load({"home": tmp_path, "profile": "production"}, environment={})
    assert await RunningCheck(settings).findings() == []


async def test_a_store_that_is_being_written_is_not_taken_for_a_broken_one(tmp_path: Path) -> None:
    file = store(tmp_path / "mlflow.db")
    with closing(sqlite3.connect(file)) as training:
        training.execute("BEGIN EXCLUSIVE")
        (finding,) = await TrackingCheck("", file).findings()
    assert (finding.state, finding.detail) == ("warning", f"{file} is being written")
    assert "backup" not in finding.remedy
