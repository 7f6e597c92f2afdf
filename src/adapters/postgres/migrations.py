"""Migrations of databases to the newest schema, and the revisions of databases.

Alembic takes a quarter of a second to import, and is imported only where a database is migrated.
"""

from __future__ import annotations

import asyncio
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from adapters.postgres.engine import connect, driver_of, translated
from domain.errors import RepositoryUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alembic.config import Config
    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncConnection

_FOLDER = Path(__file__).resolve().parents[3] / "migrations"


def configured(url: str = "") -> Config:
    """Return Alembic's configuration for a database."""
    from alembic.config import Config  # noqa: PLC0415  # a quarter of a second, for upgrades only

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["url"] = url
    return config


@cache
def _revisions() -> Mapping[str, Path]:
    """Return the files of all migrations by their revisions, the newest first: names begin with rising revisions."""
    files = sorted((_FOLDER / "versions").glob("*.py"), reverse=True)
    return {file.name.partition("_")[0]: file for file in files}


def head() -> str:
    """Return the revision that this code expects."""
    return next(iter(_revisions()))


@cache
def migration(revision: str) -> Any:
    """Return the module of a migration."""
    spec = spec_from_file_location(f"migration_{revision}", _revisions()[revision])
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def is_known(revision: str) -> bool:
    """Return whether this code has a revision; Alembic's relative names, such as ``+1``, are none."""
    return revision in _revisions()


def refusal(revision: str | None, serves_from: str | None) -> str:
    """Return why this code cannot serve with a database; empty if it can.

    Args:
        revision: the revision of the database, None if it has none.
        serves_from: the oldest revision whose code may serve, as the database says.
    """
    if revision == head():
        return ""
    if revision is None or is_known(revision):
        return f"the database has schema {revision}, this code expects {head()}: run `medcost db upgrade`"
    if serves_from is not None and is_known(serves_from):
        return ""
    return (
        f"the database was upgraded to schema {revision} by a newer Medcost: releases before schema {serves_from} "
        f"cannot serve it, and this one is of schema {head()}. Run the newer Medcost with this home"
    )


def note_serving(connection: Connection) -> None:
    """Record the releases that may serve with the current revision of a database.

    A migration names in ``serves_from`` the oldest revision whose code still reads and writes what it makes; without
    that, it is its own. See `SCHEMA_REVISION` on why this stands in `alembic_version`.
    """
    revision = connection.execute(text("SELECT version_num FROM schema_revision")).scalar()
    connection.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num varchar(32) NOT NULL)"))
    connection.execute(text("DELETE FROM alembic_version"))
    if revision is not None:
        serves_from = getattr(migration(revision), "serves_from", revision)
        connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": serves_from})


async def bring_up_to_date(url: str) -> None:
    """Upgrade a database to the revision that this code expects, unless a newer one lets it serve.

    Raises:
        RepositoryUnavailable: if it does not answer, or has a newer revision that this code cannot serve.
    """
    revision, serves_from = await _standing(url)
    if revision == head():
        return
    if revision is None or is_known(revision):
        await upgrade(url)
    elif why := refusal(revision, serves_from):
        raise RepositoryUnavailable(why, retry_after=10)


async def upgrade(url: str, revision: str = "head") -> None:
    """Upgrade a database to a revision, the newest by default.

    Raises:
        RepositoryUnavailable: if it does not answer.
    """
    from alembic import command  # noqa: PLC0415  # a quarter of a second, for upgrades only

    with translated():
        await asyncio.to_thread(command.upgrade, configured(url), revision)


async def downgrade(url: str, revision: str) -> None:
    """Downgrade a database to a revision, ``base`` for none.

    Raises:
        RepositoryUnavailable: if it does not answer.
    """
    from alembic import command  # noqa: PLC0415  # a quarter of a second, for upgrades only

    with translated():
        await asyncio.to_thread(command.downgrade, configured(url), revision)


async def current(url: str) -> str | None:
    """Return the revision of a database, None if it has none.

    Raises:
        RepositoryUnavailable: if it does not answer.
    """
    return (await _standing(url))[0]


async def trouble(url: str) -> tuple[str | None, str]:
    """Return the revision of a database, and why this code cannot serve with it: nothing if it can.

    Raises:
        RepositoryUnavailable: if it does not answer.
    """
    standing = await _standing(url)
    return standing[0], refusal(*standing)


async def _standing(url: str) -> tuple[str | None, str | None]:
    """Return the revision of a database, and the oldest one whose code may serve; None for each that is not there."""
    engine = connect(url, deadline=5)
    try:
        with translated():
            async with engine.connect() as connection:
                versions = [await _only(connection, table) for table in ("schema_revision", "alembic_version")]
    finally:
        await engine.dispose()
    revision, serves_from = versions
    # release 0.1 has the second table only, and keeps its revision there
    return revision or serves_from, serves_from


async def _only(connection: AsyncConnection, table: str) -> str | None:
    if not (await connection.execute(text("SELECT to_regclass(:table)"), {"table": table})).scalar():
        return None
    return (await connection.execute(text(f"SELECT version_num FROM {table}"))).scalar()  # noqa: S608  # a name of ours


async def run(url: str, script: str) -> None:
    """Run a script of several statements, such as one of rights, without its psql commands.

    Raises:
        RepositoryUnavailable: if the database does not answer, or refuses.
    """
    statements = "\n".join(line for line in script.splitlines() if not line.startswith("\\"))
    engine = connect(url, deadline=30)
    try:
        with translated():
            async with driver_of(engine) as connection:
                await connection.execute(statements)
    finally:
        await engine.dispose()
