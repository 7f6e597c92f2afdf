"""A run file counts in the home that it was written for, and in no copy of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from adapters.common.folders import FolderId
from adapters.common.processes import ProcessId
from entrypoints.hosting import run_file
from entrypoints.hosting.run_file import Run, RunningPart


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return home


def test_a_run_is_read_as_it_was_written(home: Path) -> None:
    run = Run(ProcessId.mine(), "embedded", "http://127.0.0.1:1", home=FolderId.of(home))
    run_file.write(home / "run.json", run)
    assert run_file.read(home / "run.json") == run
    assert run_file.copied_from(home / "run.json") is None


def test_a_copied_run_file_names_no_process_of_the_copy(home: Path) -> None:
    part = RunningPart("web", ProcessId.mine())
    run = Run(ProcessId.mine(), "embedded", "http://127.0.0.1:1", parts=(part,), home=FolderId.of(home))
    run_file.write(home / "run.json", run)
    copy = home.with_name("copy")
    shutil.copytree(home, copy)
    assert run_file.read(copy / "run.json") is None
    assert run_file.copied_from(copy / "run.json") == str(home)
    assert run_file.read(home / "run.json") == run


def test_a_copy_that_took_the_path_of_its_original_is_still_a_copy(home: Path) -> None:
    run = Run(ProcessId.mine(), "embedded", "http://127.0.0.1:1", home=FolderId.of(home))
    run_file.write(home / "run.json", run)
    shutil.copytree(home, home.with_name("copy"))
    home.rename(home.with_name("original"))
    home.with_name("copy").rename(home)
    assert run_file.read(home / "run.json") is None
    assert run_file.read(home.with_name("original") / "run.json") == run


def test_a_run_file_of_version_0_1_is_read(home: Path) -> None:
    mine = ProcessId.mine()
    process = {"pid": mine.pid, "started": mine.started}
    part = {"name": "web", "process": process, "address": "", "restarts": 0}
    old = {"supervisor": process, "profile": "embedded", "url": "http://127.0.0.1:1", "ready": True, "parts": [part]}
    (home / "run.json").write_text(json.dumps(old))
    run = run_file.read(home / "run.json")
    assert run is not None
    assert run.supervisor.is_alive
    assert run.left_over == [run.supervisor]


def test_a_broken_run_file_counts_as_none(home: Path) -> None:
    (home / "run.json").write_text("{")
    assert run_file.read(home / "run.json") is None
    assert run_file.read(home / "missing.json") is None
