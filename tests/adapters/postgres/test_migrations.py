"""Every migration goes up, down and up again, and ends where the tables say."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from adapters.postgres import migrations
from adapters.postgres.prediction_table import METADATA


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
    assert migrations.head() == revisions[-1]
    assert all(migrations.migration(revision).revision == revision for revision in revisions)
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


RECORD = text(
    """
    INSERT INTO predictions (id, created_at, age, sex, bmi, children, smoker, region, expected, typical, level, low,
                             high, cautions, model_version, model_digest)
    VALUES (gen_random_uuid(), now(), 40, 'female', 27.5, 1, false, 'northeast', 9, 8, 0.9, 7, 10, '[]', 1, 'd')
    RETURNING id
    """
)
KEY = text(
    """
    INSERT INTO idempotency_keys (key, fingerprint, prediction_id, created_at) VALUES (:key, 'f', :id, now())
    ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint
    """
)


async def test_keys_get_their_owners_and_the_release_before_still_records(empty_database: Callable[..., str]) -> None:
    await migrations.upgrade(empty_database(), "0005")
    engine = create_engine(empty_database(driver="psycopg"))
    client = str(uuid4())
    with engine.begin() as connection:
        for key in (f"{client}:a:b", "plain"):
            connection.execute(KEY, {"key": key, "id": connection.execute(RECORD).scalar_one()})
    await migrations.upgrade(empty_database())
    with engine.begin() as connection:
        keys = set(connection.execute(text("SELECT key FROM idempotency_keys")).scalars())
        assert keys == {f"key:{client} a:b", "local plain"}
        late = connection.execute(RECORD).scalar_one()  # by a process of the release before
        connection.execute(KEY, {"key": "late", "id": late})
        assert connection.execute(text("SELECT owner FROM predictions WHERE id = :id"), {"id": late}).scalar() is None
        connection.execute(text("DELETE FROM idempotency_keys WHERE key = 'late'"))
    await migrations.downgrade(empty_database(), "0005")
    with engine.begin() as connection:
        keys = set(connection.execute(text("SELECT key FROM idempotency_keys")).scalars())
    assert keys == {f"{client}:a:b", "plain"}
    engine.dispose()


async def test_changes_of_outcomes_are_append_only(empty_database: Callable[..., str]) -> None:
    await migrations.upgrade(empty_database())
    engine = create_engine(empty_database(driver="psycopg"))
    with engine.begin() as connection:
        id = connection.execute(RECORD).scalar_one()
        change = "INSERT INTO outcome_changes VALUES (gen_random_uuid(), :id, now(), 'key:1', 2, 1)"
        connection.execute(text(change), {"id": id})
    for statement in ("UPDATE outcome_changes SET charges = 3", "DELETE FROM outcome_changes"):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(text(statement))
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM predictions"))
        assert connection.execute(text("SELECT count(*) FROM outcome_changes")).scalar() == 0
    engine.dispose()
