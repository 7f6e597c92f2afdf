"""What the supervisor started again is read by those who serve."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from adapters.common.folders import FolderId
from adapters.common.processes import ProcessId
from domain.operations.events import Event, EventKind
from entrypoints.hosting import run_file
from entrypoints.hosting.run_file import MOST_RESTARTS, Run
from entrypoints.hosting.supervisor import Supervisor
from entrypoints.hosting.watch import restarts


def test_restarts_are_events_and_the_oldest_of_many_are_dropped(tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    supervisor = Supervisor(
        Run(ProcessId.mine(), "memory", "http://x", home=FolderId.of(tmp_path)), file, tmp_path, lambda _: None
    )
    before = datetime.now(UTC)
    for number in range(MOST_RESTARTS + 1):
        supervisor.restarted("model", f"ended with {number}")
    read = restarts(file)
    assert len(read) == MOST_RESTARTS
    last = read[-1]
    assert last == Event(at=last.at, kind=EventKind.RESTART, subject="model", detail=f"ended with {MOST_RESTARTS}")
    assert before <= last.at <= datetime.now(UTC)


def test_without_a_supervisor_nothing_was_started_again(tmp_path: Path) -> None:
    assert restarts(tmp_path / "run.json") == []


def test_a_run_file_of_the_release_before_is_read(tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    run_file.write(file, Run(ProcessId.mine(), "memory", "http://x", home=FolderId.of(tmp_path)))
    file.write_text(file.read_text().replace('"restarted": []', '"another": []'))
    assert restarts(file) == []
