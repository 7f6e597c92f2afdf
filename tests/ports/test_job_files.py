"""What every keeper of files of jobs promises."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.local.job_files import LocalJobFiles
from adapters.memory.job_files import MemoryJobFiles
from domain.costs.scoring_task import FileKind
from domain.errors import JobFilesGone, NoRoom
from domain.ports.job_files import JobFiles


class Memory:
    def files(self) -> MemoryJobFiles:
        return MemoryJobFiles()

    def crowded(self) -> MemoryJobFiles:
        return MemoryJobFiles(room=10)

    def read(self, files: MemoryJobFiles, address: str) -> bytes | None:
        return bytes(files.files[address]) if address in files.files else None

    def write(self, files: MemoryJobFiles, address: str, data: bytes) -> None:
        files.files[address] = bytearray(data)

    def grow_old(self, folder: str) -> None:
        """Nothing has an age here."""


class Local:
    def __init__(self, root: Path) -> None:
        self.root = root / "jobs"

    def files(self) -> LocalJobFiles:
        return LocalJobFiles(self.root)

    def crowded(self) -> LocalJobFiles:
        return LocalJobFiles(self.root, least=2**62)

    def read(self, files: LocalJobFiles, address: str) -> bytes | None:
        return Path(address).read_bytes() if Path(address).exists() else None

    def write(self, files: LocalJobFiles, address: str, data: bytes) -> None:
        Path(address).write_bytes(data)

    def grow_old(self, folder: str) -> None:
        for path in (self.root / folder, *(self.root / folder).iterdir()):
            os.utime(path, (time.time() - 7200, time.time() - 7200))


@pytest.fixture(params=["memory", "local"])
def disk(request, tmp_path):
    return Memory() if request.param == "memory" else Local(tmp_path)


def received(files: JobFiles, data: bytes = b"age\n40\n") -> str:
    upload = files.receive(FileKind.CSV, len(data))
    for at in range(0, len(data), 3):
        upload.write(data[at : at + 3])
    assert upload.size == len(data)
    upload.finish()
    return upload.folder


def test_a_file_comes_in_piece_by_piece(disk):
    files = disk.files()
    first, other = received(files), received(files, b"other")
    assert disk.read(files, files.source(first, FileKind.CSV)) == b"age\n40\n"
    assert disk.read(files, files.source(other, FileKind.CSV)) == b"other"
    assert first != other


def test_a_discarded_file_leaves_nothing(disk):
    files = disk.files()
    upload = files.receive(FileKind.CSV)
    upload.write(b"age")
    upload.discard()
    assert disk.read(files, files.source(upload.folder, FileKind.CSV)) is None


def test_a_place_stays_the_same_and_two_places_differ(disk, tmp_path):
    files = disk.files()
    assert files.place == files.place != ""
    assert files.place != type(disk)(*([tmp_path / "other"] if isinstance(disk, Local) else [])).files().place


def test_without_room_no_file_comes_in(disk):
    files = disk.crowded()
    with pytest.raises(NoRoom):
        files.receive(FileKind.CSV, 1_000)


def test_answers_are_read_whole_and_in_parts(disk):
    files = disk.files()
    folder = received(files)
    data = bytes(range(256)) * 4096
    disk.write(files, files.answers(folder, FileKind.XLSX), data)
    assert files.size(folder, FileKind.XLSX) == len(data)
    assert b"".join(files.read(folder, FileKind.XLSX, 0, len(data))) == data
    assert b"".join(files.read(folder, FileKind.XLSX, 300_001, 700_002)) == data[300_001:700_002]
    for kind in (FileKind.CSV, FileKind.PARQUET):
        with pytest.raises(JobFilesGone):
            files.size(folder, kind)
        with pytest.raises(JobFilesGone):
            files.read(folder, kind, 0, 1)


def test_erased_files_are_gone_and_others_stay(disk):
    files = disk.files()
    first, other = received(files), received(files)
    disk.write(files, files.answers(first, FileKind.CSV), b"1")
    files.erase(first)
    files.erase(first)
    assert disk.read(files, files.source(first, FileKind.CSV)) is None
    with pytest.raises(JobFilesGone):
        files.size(first, FileKind.CSV)
    assert disk.read(files, files.source(other, FileKind.CSV)) is not None


def test_what_nobody_refers_to_is_erased_once_it_is_old(disk):
    files = disk.files()
    stored, lost = received(files), received(files)
    place = files.place
    disk.grow_old(lost)
    disk.grow_old(stored)
    files.erase_others({stored}, older_than=timedelta(hours=1))
    assert disk.read(files, files.source(stored, FileKind.CSV)) is not None
    assert disk.read(files, files.source(lost, FileKind.CSV)) is None
    assert disk.files().place == place or isinstance(disk, Memory)


def test_an_upload_that_still_comes_in_is_not_erased(tmp_path):
    files = LocalJobFiles(tmp_path)
    upload = files.receive(FileKind.CSV)
    upload.write(b"age")
    files.erase_others((), older_than=timedelta(hours=1))
    upload.finish()
    assert Path(files.source(upload.folder, FileKind.CSV)).read_bytes() == b"age"


def test_two_processes_that_come_first_at_once_agree_on_the_place(tmp_path):
    assert LocalJobFiles(tmp_path / "new").place == LocalJobFiles(tmp_path / "new").place


def test_files_of_people_are_closed_to_others(tmp_path):
    files = LocalJobFiles(tmp_path / "new")
    folder = received(files)
    assert (tmp_path / "new" / folder).stat().st_mode & 0o77 == 0
