"""A whole home into one file, and back: databases, experiments, model folders, pointer and the ledger's head."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import sqlite3
import tempfile
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from adapters.postgres import migrations
from adapters.postgres.embedded import DATABASES, EmbeddedPostgres
from adapters.system import archive
from adapters.system.exchange import exchange
from adapters.system.home import Home
from adapters.system.lock import sole_holder
from domain.errors import BackupRefused, ConfigurationError, NoChampion, RepositoryUnavailable
from entrypoints.wiring.database import database_url, embedded_postgres, lease, ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from entrypoints.wiring.settings import Settings

    Told = Callable[[int], object]

_LOCK: Final = "restore.lock"
_DUMPS: Final = "databases"
_DRAFT: Final = "backup-"


class About(msgspec.Struct, frozen=True):
    """What an archive says of the home that it was made of."""

    made_at: datetime
    medcost: str
    schema: str | None
    champion: int | None


@dataclass(frozen=True, slots=True)
class Backup:
    """A file that was made. ``sha256`` is the file's; ``champion`` is None if no version was promoted yet."""

    file: str
    bytes: int
    sha256: str
    files: int
    champion: int | None


@dataclass(frozen=True, slots=True)
class Restored:
    """A home that was restored.

    Args:
        home: where.
        made_at: when the backup was made.
        champion: the version that the ledger names.
        replaced: where the home that was there before lies now, None if there was none.
        erased: how many predictions were erased since the backup was made, and therefore again.
    """

    home: str
    made_at: datetime
    champion: int | None
    replaced: str | None
    erased: int


async def back_up(settings: Settings, file: Path, *, told: Callable[[int, int], object]) -> Backup:
    """Copy the home into a file, also while it runs; promotions and registrations wait until it is done.

    Args:
        settings: of which home.
        file: where to; it gets there whole, or not at all.
        told: of bytes that were done, and of how many there are.

    Raises:
        ConfigurationError: if the settings name a database or an MLflow that is not the home's.
        BackupRefused: if there is nothing to back up, or it cannot be written.
        RepositoryUnavailable: if the database cannot be read.
    """
    _require_own_parts(settings)
    home = Home(settings.home)
    if not home.postgres.exists():
        message = f"{home.path} holds nothing yet: `medcost up` makes its database"
        raise BackupRefused(message)
    with lease(settings):
        async with ledger(settings) as versions, versions.exclusive():
            try:
                champion = (await versions.champion()).number
            except NoChampion:
                champion = None
            schema = await migrations.current(database_url(settings))
            about = About(datetime.now(UTC), metadata.version("medcost"), schema, champion)
            contents = await asyncio.to_thread(_copy, settings, file, about, told)
    return await asyncio.to_thread(_made, file, contents, champion)


def _copy(settings: Settings, file: Path, about: About, told: Callable[[int, int], object]) -> archive.Contents:
    home, server = Home(settings.home), embedded_postgres(settings)
    for left in home.path.glob(f"{_DRAFT}*"):  # of one that was killed: only one at a time is at work
        shutil.rmtree(left)
    # inside the home, which is closed to others: dumps hold people's facts
    with tempfile.TemporaryDirectory(dir=home.path, prefix=_DRAFT) as name:
        draft = Path(name)
        files: list[tuple[str, Path]] = []
        for database in DATABASES:
            server.client.dump(database, draft / database)
            files.append((f"{_DUMPS}/{database}", draft / database))
        if home.mlflow_database.exists():
            _copy_sqlite(home.mlflow_database, draft / "mlflow.db")
            files.append((_within(home, home.mlflow_database), draft / "mlflow.db"))
        folders = (home.mlflow_artifacts, home.bentoml / "models")
        kept = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
        kept += [path for path in (home.pointer, home.ledger_head) if path.exists()]
        files += [(_within(home, path), path) for path in kept]
        total = sum(path.stat().st_size for _, path in files)
        return archive.write(file, files, msgspec.to_builtins(about), told=lambda done: told(done, total))


def _made(file: Path, contents: archive.Contents, champion: int | None) -> Backup:
    with file.open("rb") as made:
        digest = hashlib.file_digest(made, "sha256").hexdigest()
    return Backup(str(file), file.stat().st_size, digest, len(contents.files), champion)


def _within(home: Home, path: Path) -> str:
    return path.relative_to(home.path).as_posix()


def _copy_sqlite(database: Path, copy: Path) -> None:
    """SQLite's own way to copy what others write to meanwhile."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def restore(settings: Settings, file: Path, *, replace: bool, told: Callable[[int, int], object]) -> Restored:
    """Make a home from a file: beside its place, and then at once in it.

    Args:
        settings: which home.
        file: as `back_up` made it.
        replace: whether it may take the place of a home that is there, which then lies beside it.
        told: of bytes that were done, and of how many there are.

    Raises:
        ConfigurationError: if the settings name a database or an MLflow that is not the home's.
        BackupRefused: if the file is damaged, or the place is taken. Nothing has changed.
        HomeInUse: if the home that is there runs.
        RepositoryUnavailable: if a database cannot be filled, or what was erased since cannot be read.
    """
    _require_own_parts(settings)
    home, beside = settings.home, _beside(settings.home, "restoring")
    replaced = _beside(home, "replaced")
    there = home.exists() and any(home.iterdir())
    if there and not replace:
        message = f"{home} is there already: with --replace the backup takes its place, and it stays as {replaced}"
        raise BackupRefused(message)
    if there and replaced.exists():
        message = f"{replaced} is still there: remove it once nobody needs it, and ask again; nothing was changed"
        raise BackupRefused(message)
    with ExitStack() as held:
        if there:
            running = f"{home} runs: stop it with `medcost down --home {home}`; nothing was changed"
            held.enter_context(sole_holder(Home(home).up_lock, otherwise=running))
        old = EmbeddedPostgres(Home(home).postgres) if there and Home(home).postgres.exists() else None
        if old:
            held.enter_context(old.alone())
        draft = held.enter_context(_draft(beside))
        size = file.stat().st_size if file.exists() else 0
        contents = archive.read(file, draft.path, told=lambda done: told(done, size))
        about = _about(file, contents)
        erased = _fill(draft, old)
        (draft.path / _LOCK).unlink()
        os.sync()  # what is about to get the home's name must outlive a power cut
        if there:
            beside.rename(replaced)
            exchange(home, replaced)
        else:
            beside.rename(home)  # in place of an empty folder, too
    return Restored(str(home), about.made_at, about.champion, str(replaced) if there else None, erased)


def _about(file: Path, contents: archive.Contents) -> About:
    try:
        about = msgspec.convert(contents.about, About)
    except msgspec.ValidationError as error:
        message = f"{file} does not say what it is a backup of: {error}"
        raise BackupRefused(message) from error
    if missing := {f"{_DUMPS}/{database}" for database in DATABASES} - contents.files.keys():
        message = f"{file} is no backup of a home: {', '.join(sorted(missing))} is missing"
        raise BackupRefused(message)
    return about


@contextmanager
def _draft(folder: Path) -> Iterator[Home]:
    """An empty folder for one restoring at a time; what a killed one left there is removed, and so is this, if left."""
    with sole_holder(folder / _LOCK, otherwise=f"another `medcost restore` is at work in {folder}"):
        folder.chmod(0o700)
        _clear(folder)
        try:
            yield Home(folder)
        finally:
            if (folder / _LOCK).exists():
                _clear(folder)
                shutil.rmtree(folder)


def _clear(folder: Path) -> None:
    server = EmbeddedPostgres(Home(folder).postgres)
    if server.data.exists():
        with server.alone():  # which stops it
            pass
    for path in folder.iterdir():
        if path.name != _LOCK:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _fill(draft: Home, old: EmbeddedPostgres | None) -> int:
    """Make the databases, and erase again what was erased since in those that are replaced."""
    server = EmbeddedPostgres(draft.postgres)
    with server.lease():
        for database in DATABASES:
            server.client.fill(database, draft.path / _DUMPS / database)
        shutil.rmtree(draft.path / _DUMPS)
        return _erase_again(server, old) if old else 0


def _erase_again(server: EmbeddedPostgres, old: EmbeddedPostgres) -> int:
    try:
        with old.running():
            if not old.client.ask("medcost", "SELECT to_regclass('erasures')").strip():
                return 0
            proofs = old.client.ask("medcost", "COPY erasures (prediction_id, erased_at, reason) TO STDOUT")
    except RepositoryUnavailable as why:
        message = (
            f"what was erased since cannot be read from {old.data} ({why}): nothing was changed. "
            "Moved away by hand, the home can be restored without that"
        )
        raise RepositoryUnavailable(message) from why
    counted = server.client.ask(
        "medcost",
        "CREATE TEMP TABLE erased (LIKE erasures) ON COMMIT DROP",
        "COPY erased (prediction_id, erased_at, reason) FROM STDIN",
        "INSERT INTO erasures (prediction_id, erased_at, reason) TABLE erased ON CONFLICT DO NOTHING",
        # and by cascade their idempotency keys
        "WITH gone AS (DELETE FROM predictions USING erased WHERE id = prediction_id RETURNING id) "
        "SELECT count(*) FROM gone",
        given=proofs,
    )
    return int(counted)


def _beside(home: Path, what: str) -> Path:
    return home.with_name(f"{home.name}.{what}")


def _require_own_parts(settings: Settings) -> None:
    if settings.profile == "memory":
        message = "the profile memory keeps nothing: there is nothing to back up or to restore"
        raise ConfigurationError(message)
    if settings.profile == "production" or settings.database_url or settings.tuning_url or settings.tracking_uri:
        message = (
            "this is for a home with a database of its own; the databases of a deployment are backed up and restored "
            "by docker/postgres/backup.sh, MLflow's files by a copy of its volume (docs/deploy.md, Backup)"
        )
        raise ConfigurationError(message)
