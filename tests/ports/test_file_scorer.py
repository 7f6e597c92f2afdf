"""What everything that scores the file of a job promises."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from adapters.local.job_files import LocalJobFiles
from adapters.subprocess.file_scorer import ChildFileScorer
from domain.costs.scoring_task import FileKind, ScoringTask
from domain.errors import HomeInUse, InvalidInput, Unavailable
from domain.operations.jobs import JobProgress
from domain.ports.file_scorer import FileScorer
from tests.support import linear_model
from tests.support.waiting import eventually

ROWS = 1_950
HEADER = "age,sex,bmi,children,smoker,region\n"
PROGRAM = Path(linear_model.__file__)
TREE = PROGRAM.parents[2]


def child(root: Path) -> ChildFileScorer:
    paths = os.pathsep.join((str(TREE), str(TREE / "src")))
    return ChildFileScorer([sys.executable, str(PROGRAM), str(root)], {**os.environ, "PYTHONPATH": paths})


@pytest.fixture(params=["here", pytest.param("child", marks=pytest.mark.process)])
def scorer_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], FileScorer]:
    """`scorer_of()` gives a scorer over the files in the test's folder, as another process would."""
    return lambda: child(tmp_path) if request.param == "child" else linear_model.scorer(tmp_path)


def task(root: Path, text: str = "", **more) -> ScoringTask:
    upload = LocalJobFiles(root).receive(FileKind.CSV)
    rows = "".join(f"{7 if n % 100 == 99 else 18 + n % 80},female,27.5,1,no,northeast\n" for n in range(ROWS))
    upload.write((text or HEADER + rows).encode())
    upload.finish()
    return ScoringTask(folder=upload.folder, name="a.csv", source=FileKind.CSV, result=FileKind.CSV, **more)


def require_every_row_once(root: Path, given: ScoringTask) -> None:
    with Path(LocalJobFiles(root).answers(given.folder, FileKind.CSV)).open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["file_line"]) for row in rows] == list(range(2, ROWS + 2))
    for n, row in enumerate(rows):
        assert (row["expected"] == "") == (n % 100 == 99)
        assert row["expected"] in ("", f"{100.0 * int(row['age'])}")


async def test_every_row_is_answered_and_the_way_there_is_told(scorer_of, tmp_path):
    heard: list[JobProgress] = []
    given = task(tmp_path)
    report = await scorer_of().score(given, heard.append)
    assert (report.rows, report.bad, report.model) == (ROWS, ROWS // 100, linear_model.MODEL)
    assert [progress.rows for progress in heard] == [*range(100, ROWS, 100), ROWS]
    assert heard[-1].bad == ROWS // 100
    require_every_row_once(tmp_path, given)


async def test_a_file_that_cannot_be_read_is_refused_with_each_reason(scorer_of, tmp_path):
    with pytest.raises(InvalidInput) as refused:
        await scorer_of().score(task(tmp_path, "age,sex\n40,f\n"), lambda _: None)
    assert {"a.csv", "a.csv, column bmi"} & {error.field for error in refused.value.errors}
    with pytest.raises(InvalidInput, match="nowhere"):
        await scorer_of().score(task(tmp_path, columns={"nowhere": "age"}), lambda _: None)


async def cut_short(scorer: FileScorer, root: Path, given: ScoringTask) -> asyncio.Task:
    """Begin to score, and return when the model holds, behind the first checkpoint."""
    (root / "held").touch()  # the model waits once it has answered a thousand rows
    heard: list[JobProgress] = []
    scoring = asyncio.create_task(scorer.score(given, heard.append))

    async def is_held():
        return bool(heard) and heard[-1].rows >= 1_000

    await eventually(is_held)
    return scoring


async def test_cancelled_it_has_stopped_and_goes_on_at_the_last_checkpoint(scorer_of, tmp_path):
    given = task(tmp_path)
    scoring = await cut_short(scorer_of(), tmp_path, given)
    scoring.cancel()
    with pytest.raises(asyncio.CancelledError):
        await scoring
    (tmp_path / "held").unlink()
    heard: list[JobProgress] = []
    report = await scorer_of().score(given, heard.append)
    assert (report.rows, report.resumed, heard[0].rows) == (ROWS, 800, 900)
    require_every_row_once(tmp_path, given)


async def test_two_do_not_work_on_one_task(scorer_of, tmp_path):
    given = task(tmp_path)
    scoring = await cut_short(scorer_of(), tmp_path, given)
    with pytest.raises(HomeInUse):
        await scorer_of().score(given, lambda _: None)
    (tmp_path / "held").unlink()
    await scoring
    require_every_row_once(tmp_path, given)


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if PROGRAM.name in " ".join(child.cmdline())]


@pytest.mark.process
async def test_a_child_that_is_killed_breaks_off_what_goes_on_later(tmp_path):
    given = task(tmp_path)
    scoring = await cut_short(child(tmp_path), tmp_path, given)
    for process in children():
        process.send_signal(signal.SIGKILL)
    with pytest.raises(Unavailable):
        await scoring
    (tmp_path / "held").unlink()
    assert (await child(tmp_path).score(given, lambda _: None)).resumed == 800
    require_every_row_once(tmp_path, given)


@pytest.mark.process
async def test_a_child_ends_with_its_parent_however_that_ends(tmp_path):
    given = task(tmp_path)
    (tmp_path / "held").touch()
    code = (
        "import asyncio, sys; from domain.costs.scoring_task import ScoringTask; "
        "import json, os; from adapters.subprocess.file_scorer import ChildFileScorer; "
        "task = ScoringTask.of_json(json.loads(sys.argv[2])); "
        "child = ChildFileScorer([sys.executable, *sys.argv[3:]], os.environ); "
        "asyncio.run(child.score(task, lambda at: print(at.rows, flush=True)))"
    )
    paths = os.pathsep.join((str(TREE), str(TREE / "src")))
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, "", json.dumps(given.as_json()), str(PROGRAM), str(tmp_path)),
        env={**os.environ, "PYTHONPATH": paths}, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert parent.stdout
    assert await parent.stdout.readline() == b"100\n"
    (grandchild,) = psutil.Process(parent.pid).children()
    parent.kill()
    await parent.communicate()

    async def is_gone():
        return not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE

    await eventually(is_gone)
    (tmp_path / "held").unlink()
    await child(tmp_path).score(given, lambda _: None)
    require_every_row_once(tmp_path, given)
