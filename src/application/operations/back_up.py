"""Copy a whole home into a file: databases, experiments, model folders, pointer, schema and the ledger's head."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final

from application.operations.audit_changes import AuditChanges
from application.use_case import use_case
from domain.errors import BackupRefused
from domain.operations.audit import AuditAction
from domain.operations.backups import About, Backup
from domain.ports.archive import Archive
from domain.ports.clock import Clock
from domain.ports.database import Database
from domain.ports.home_databases import HomeDatabases
from domain.ports.home_folders import HomeFolders
from domain.ports.ledger import champion_or_none

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from domain.operations.backups import Contents

DUMPS: Final = "databases"
"""The folder of an archive with the copies of databases."""


@use_case
class BackUp:
    """Copy a home, also while it runs; promotions and registrations wait until it is done."""

    database: Database
    databases: HomeDatabases
    folders: HomeFolders
    archive: Archive
    clock: Clock

    async def __call__(
        self, home: Path, file: Path, *, release: str, by: str, progress: Callable[[int, int], object]
    ) -> Backup:
        """Back up a home.

        Args:
            home: the home.
            file: the archive; it appears whole, or not at all.
            release: the release of Medcost.
            by: who does it; the audit trail names them, also the one in the file.
            progress: called with the bytes that are done, and the bytes of all files.

        Raises:
            BackupRefused: if there is nothing to back up, or it cannot be written.
            RepositoryUnavailable: if the database cannot be read.
        """
        if not self.database.is_made():
            message = f"{home} holds nothing yet: `medcost up` makes its database"
            raise BackupRefused(message)
        async with self.database.opened() as opened, opened.ledger.exclusive():
            champion = await champion_or_none(opened.ledger)
            about = About(self.clock.now(), release, opened.migration, champion.number if champion else None)
            async with AsyncExitStack() as audited:
                if not opened.trouble:  # a database of an earlier release has no trail yet
                    audit = AuditChanges(trail=opened.trail, clock=self.clock)
                    await audited.enter_async_context(audit(AuditAction.BACKUP_MADE, by=by, subject=file.name))
                contents = await asyncio.to_thread(self._copy, home, file, about, progress)
        return await asyncio.to_thread(_made, file, contents)

    def _copy(self, home: Path, file: Path, about: About, progress: Callable[[int, int], object]) -> Contents:
        with self.folders.draft(home) as draft:
            self.databases.dump(home, draft)
            files = [(f"{DUMPS}/{name}", draft / name) for name in self.databases.names]
            files += self.folders.files(home, draft)
            total = sum(path.stat().st_size for _, path in files)
            return self.archive.write(file, files, about, progress=lambda done: progress(done, total))


def _made(file: Path, contents: Contents) -> Backup:
    with file.open("rb") as made:
        digest = hashlib.file_digest(made, "sha256").hexdigest()
    return Backup(str(file), file.stat().st_size, digest, len(contents.files), contents.about.champion)
