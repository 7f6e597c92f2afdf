"""Every migration goes up, down and up again, and ends where the tables say."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from adapters.postgres import migrations
from adapters.postgres.tables import METADATA


@pytest.fixture
def empty_database(postgres_server: Callable[..., str]) -> Callable[..., str]:
    name = f"empty_{uuid4().hex}"
    admin = create_engine(postgres_server("postgres", driver="psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return lambda driver="asyncpg": postgres_server(name, driver=driver)


async def test_the_stairway(empty_database: Callable[..., str]) -> None:
    url = empty_database()
    script = ScriptDirectory.from_config(migrations.configured())
    revisions = [revision.revision for revision in script.walk_revisions()][::-1]
    assert revisions
    before = "base"
    for revision in revisions:
        await migrations.upgrade(url, revision)
        await migrations.downgrade(url, before)
        await migrations.upgrade(url, revision)
        assert await migrations.current(url) == revision
        before = revision
    assert await migrations.current(url) == migrations.head()
    await migrations.downgrade(url, "base")
    assert await migrations.current(url) is None


async def test_the_migrated_schema_is_the_one_of_the_tables(empty_database: Callable[..., str]) -> None:
    await migrations.upgrade(empty_database())
    engine = create_engine(empty_database(driver="psycopg"))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


async def test_upgrading_twice_changes_nothing(empty_database: Callable[..., str]) -> None:
    assert await migrations.current(empty_database()) is None
    await migrations.upgrade(empty_database())
    await migrations.upgrade(empty_database())
    assert await migrations.current(empty_database()) == migrations.head()
