"""Migrations: to the newest schema, and which one a database has."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from adapters.postgres.engine import connect, driver_of, translated

_FOLDER = Path(__file__).resolve().parents[3] / "migrations"


def configured(url: str = "") -> Config:
    """Give Alembic's configuration for a database."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["url"] = url
    return config


@cache
def head() -> str:
    """The revision that this code expects."""
    return ScriptDirectory.from_config(configured()).get_current_head() or ""


async def upgrade(url: str, revision: str = "head") -> None:
    """Bring a database to a revision, the newest by default.

    Raises:
        RepositoryUnavailable: if it does not answer.
    """
    with translated():
        await asyncio.to_thread(command.upgrade, configured(url), revision)


async def downgrade(url: str, revision: str) -> None:
    """Take a database back to a revision, ``base`` for none.

    Raises:
        RepositoryUnavailable: if it does not answer.
    """
    with translated():
        await asyncio.to_thread(command.downgrade, configured(url), revision)


async def current(url: str) -> str | None:
    """Which revision a database has, None if it has none.

    Raises:
        RepositoryUnavailable: if it does not answer.
    """
    engine = connect(url, deadline=5)
    try:
        with translated():
            async with engine.connect() as connection:
                if not (await connection.execute(text("SELECT to_regclass('alembic_version')"))).scalar():
                    return None
                return (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    finally:
        await engine.dispose()


async def run(url: str, script: str) -> None:
    """Run a script of several statements, such as one of rights; what psql alone understands in it is left out.

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
