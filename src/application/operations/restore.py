"""Restore a home from a backup: made beside its place, and then moved there at once."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING

from application.operations.back_up import DUMPS
from application.use_case import use_case
from domain.errors import BackupRefused
from domain.operations.audit import AuditAction, AuditEntry
from domain.operations.backups import Restored
from domain.ports.archive import Archive
from domain.ports.clock import Clock
from domain.ports.home_databases import HomeDatabases
from domain.ports.home_folders import HomeFolders

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from domain.operations.backups import Contents


@use_case
class Restore:
    """Restore a home to a new place, or in place of one that does not run."""

    databases: HomeDatabases
    folders: HomeFolders
    archive: Archive
    clock: Clock

    def __call__(
        self, home: Path, file: Path, *, replace: bool, by: str, progress: Callable[[int, int], object]
    ) -> Restored:
        """Restore a home.

        Args:
            home: the home.
            file: a backup by `BackUp`.
            by: who restores it; the audit trail of the restored home names them.
            replace: whether it may take the place of a home that is there, which then lies beside it.
            progress: called with the bytes that are done, and the bytes of all files.

        Raises:
            BackupRefused: if the file is damaged, or the place is taken. Nothing has changed.
            HomeInUse: if the home that is there runs.
            RepositoryUnavailable: if a database cannot be filled, or what was erased since cannot be read.
        """
        there = self.folders.is_there(home)
        if there:
            self._require_replaceable(home, replace=replace)
        with ExitStack() as held:
            if there:
                held.enter_context(self.folders.held(home))
                held.enter_context(self.databases.alone(home))
            draft = held.enter_context(self.folders.restoring(home, self.databases.stop))
            size = file.stat().st_size if file.exists() else 0
            contents = self.archive.read(file, draft, progress=lambda done: progress(done, size), belongs=self._belongs)
            self._require_whole(file, contents)
            about = contents.about
            entry = AuditEntry(
                at=self.clock.now(),
                by=by,
                action=AuditAction.BACKUP_RESTORED,
                subject=file.name,
                detail=f"made at {about.made_at.isoformat()} by Medcost {about.medcost}",
            )
            replaced_home = home if there else None
            erased = self.databases.fill(draft, draft / DUMPS, about.schema, replaced=replaced_home, audit=entry)
            shutil.rmtree(draft / DUMPS)
            replaced = self.folders.put(draft, home)
        return Restored(str(home), about.made_at, about.champion, str(replaced) if replaced else None, erased)

    def _require_replaceable(self, home: Path, *, replace: bool) -> None:
        replaced = self.folders.replaced(home)
        if not replace:
            message = f"{home} is there already: with --replace the backup takes its place, and it stays as {replaced}"
            raise BackupRefused(message)
        if replaced.exists():
            message = f"{replaced} is still there: remove it once nobody needs it, and ask again; nothing was changed"
            raise BackupRefused(message)

    def _belongs(self, name: str) -> bool:
        return name in self._dumps or self.folders.belongs(name)

    @property
    def _dumps(self) -> set[str]:
        return {f"{DUMPS}/{name}" for name in self.databases.names}

    def _require_whole(self, file: Path, contents: Contents) -> None:
        if missing := self._dumps - contents.files.keys():
            message = f"{file} is no backup of a home: {', '.join(sorted(missing))} is missing"
            raise BackupRefused(message)
        about = contents.about
        if about.schema is not None and not self.databases.knows(about.schema):
            message = (
                f"{file} was made by Medcost {about.medcost}, whose schema this release does not know: use a newer one"
            )
            raise BackupRefused(message)
