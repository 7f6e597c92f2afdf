"""A home in one file, and back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.local.archive import TarArchive
from adapters.local.home_folders import LocalHomes
from adapters.memory.clock import FixedClock
from adapters.memory.database import MemoryDatabase
from adapters.memory.home_databases import MemoryDatabases
from application.operations.back_up import BackUp
from application.operations.restore import Restore
from domain.errors import BackupRefused, HomeInUse
from domain.operations.audit import AuditAction
from domain.operations.backups import Backup, Restored


def untold(*_: int) -> None:
    """Show no progress."""


@dataclass
class Place:
    """A folder with a home and a file."""

    home: Path
    file: Path
    databases: MemoryDatabases = field(default_factory=MemoryDatabases)
    database: MemoryDatabase = field(default_factory=MemoryDatabase)

    async def back_up(self) -> Backup:
        work = BackUp(
            database=self.database,
            databases=self.databases,
            folders=LocalHomes(),
            archive=TarArchive(),
            clock=FixedClock(),
        )
        return await work(self.home, self.file, release="1.2", by="ann", progress=untold)

    def restore(self, home: Path | None = None, *, replace: bool = False) -> Restored:
        work = Restore(databases=self.databases, folders=LocalHomes(), archive=TarArchive(), clock=FixedClock())
        return work(home or self.home, self.file, replace=replace, by="bob", progress=untold)

    @property
    def names(self) -> list[str]:
        return sorted(path.name for path in self.home.parent.iterdir())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A home with two predictions and a pointer."""
    place = Place(tmp_path / "home", tmp_path / "backup.tar.gz")
    place.databases.record(place.home, predictions=["a", "b"])
    (place.home / "serving.json").write_text("version 1")
    return place


async def test_restored_elsewhere_it_has_the_same_files_and_rows(place: Place) -> None:
    made = await place.back_up()
    assert made.sha256 == hashlib.sha256(place.file.read_bytes()).hexdigest()
    assert (made.files, made.champion) == (2, None)
    other = place.home.with_name("other")
    restored = place.restore(other)
    assert (restored.home, restored.replaced, restored.erased) == (str(other), None, 0)
    assert place.databases.recorded(other) == (["a", "b"], [])
    assert (other / "serving.json").read_text() == "version 1"
    assert place.names == ["backup.tar.gz", "home", "other"]


async def test_the_audit_trails_say_who_backed_up_and_who_restored(place: Place) -> None:
    await place.back_up()
    (entry,) = await place.database.trail.newest(9)
    assert (entry.by, entry.action, entry.subject) == ("ann", AuditAction.BACKUP_MADE, "backup.tar.gz")
    place.restore(other := place.home.with_name("other"))
    ((folder, restored),) = place.databases.trails.items()
    assert (restored.by, restored.action, restored.subject) == ("bob", AuditAction.BACKUP_RESTORED, "backup.tar.gz")
    assert folder != other  # it is filled beside its place
    place.database.trouble = "an earlier release's"
    await place.back_up()
    assert len(await place.database.trail.newest(9)) == 1


async def test_over_a_home_that_is_there_what_was_erased_since_stays_erased(place: Place) -> None:
    await place.back_up()
    place.databases.record(place.home, predictions=["b"], erased=["a"])
    with pytest.raises(BackupRefused, match="--replace"):
        place.restore()
    restored = place.restore(replace=True)
    assert (restored.replaced, restored.erased) == (str(place.home.with_name("home.replaced")), 1)
    assert place.databases.recorded(place.home) == (["b"], ["a"])
    with pytest.raises(BackupRefused, match="is still there"):
        place.restore(replace=True)


async def test_a_home_whose_database_is_in_use_is_left_alone(place: Place) -> None:
    await place.back_up()
    place.databases.in_use.add(place.home)
    with pytest.raises(HomeInUse):
        place.restore(replace=True)
    assert place.names == ["backup.tar.gz", "home"]


async def test_a_backup_of_a_newer_release_changes_nothing(place: Place) -> None:
    place.database.migration = "0099"
    await place.back_up()
    with pytest.raises(BackupRefused, match=r"made by Medcost 1\.2, whose schema this release does not know"):
        place.restore(replace=True)
    assert place.names == ["backup.tar.gz", "home"]


async def test_a_home_that_holds_nothing_yet_is_not_backed_up(place: Place) -> None:
    place.database.made = False
    with pytest.raises(BackupRefused, match="holds nothing yet"):
        await place.back_up()
    assert not place.file.exists()
