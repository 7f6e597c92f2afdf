"""Homes as folders of this machine."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from adapters.common.locks import sole_holder
from adapters.local.exchange import exchange
from adapters.local.home import Home
from domain.ports.home_folders import HomeFolders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_LOCK: Final = "restore.lock"
_DRAFT: Final = "backup-"
_FILES: Final = frozenset({"mlflow/mlflow.db", "serving.json", "ledger.head", "schema.yaml"})
_FOLDERS: Final = {"mlflow": "mlflow/artifacts/", "bentoml": "bentoml/models/"}


class LocalHomes(HomeFolders):
    """Keeps homes as folders of one file system, each with its drafts beside or inside it."""

    @contextmanager
    def draft(self, home: Path) -> Iterator[Path]:
        """Make the draft inside the home, which is closed to other users."""
        for left in home.glob(f"{_DRAFT}*"):  # drafts of a killed process: only one works at a time
            shutil.rmtree(left)
        with tempfile.TemporaryDirectory(dir=home, prefix=_DRAFT) as name:
            yield Path(name)

    def files(self, home: Path, draft: Path) -> Sequence[tuple[str, Path]]:
        """List artifacts, model store, pointer, schema and the ledger's head; SQLite copies MLflow's file."""
        parts = Home(home)
        folders = (parts.mlflow_artifacts, parts.bentoml / "models")
        paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
        paths += [path for path in (parts.pointer, parts.ledger_head, parts.schema) if path.exists()]
        files = [(path.relative_to(home).as_posix(), path) for path in paths]
        if parts.mlflow_database.exists():
            _copy_sqlite(parts.mlflow_database, draft / "mlflow.db")
            files.insert(0, (parts.mlflow_database.relative_to(home).as_posix(), draft / "mlflow.db"))
        return files

    def belongs(self, name: str) -> bool:
        """Look a name up among those that `files` returns."""
        first = name.partition("/")[0]
        return name in _FILES or (first in _FOLDERS and name.startswith(_FOLDERS[first]))

    def is_there(self, home: Path) -> bool:
        """Return whether the folder has any content."""
        return home.exists() and any(home.iterdir())

    def replaced(self, home: Path) -> Path:
        """Return the home's path with a suffix."""
        return home.with_name(f"{home.name}.replaced")

    @contextmanager
    def held(self, home: Path) -> Iterator[None]:
        """Hold the lock of `medcost up`."""
        running = f"{home} runs: stop it with `medcost down --home {home}`; nothing was changed"
        with sole_holder(Home(home).up_lock, otherwise=running):
            yield

    @contextmanager
    def restoring(self, home: Path, stop: Callable[[Path], None]) -> Iterator[Path]:
        """Make the draft, or empty the one that is there."""
        folder = home.with_name(f"{home.name}.restoring")
        with sole_holder(folder / _LOCK, otherwise=f"another `medcost restore` is at work in {folder}"):
            folder.chmod(0o700)
            _clear(folder, stop)
            try:
                yield folder
            finally:
                if (folder / _LOCK).exists():
                    _clear(folder, stop)
                    shutil.rmtree(folder)

    def put(self, draft: Path, home: Path) -> Path | None:
        """Sync all files to the disk, and exchange the names of draft and home."""
        (draft / _LOCK).unlink()
        os.sync()  # what is about to get the home's name must outlive a power cut
        if not self.is_there(home):
            draft.rename(home)  # in place of an empty folder, too
            return None
        replaced = self.replaced(home)
        draft.rename(replaced)
        exchange(home, replaced)
        return replaced


def _clear(folder: Path, stop: Callable[[Path], None]) -> None:
    stop(folder)
    for path in folder.iterdir():
        if path.name != _LOCK:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _copy_sqlite(database: Path, copy: Path) -> None:
    """Copy a database by SQLite's backup, which allows writers meanwhile."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
