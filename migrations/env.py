"""Alembic's environment: asynchronous, on the database that the caller names."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection

from adapters.postgres.engine import connect
from adapters.postgres.migrations import note_serving
from adapters.postgres.prediction_table import PREDICTIONS
from adapters.postgres.tables import SCHEMA_REVISION

LOCK = 0x6D656464
"""Two processes that upgrade at once take turns."""

OLD_RELEASES = """
    DO $$ BEGIN
        IF to_regclass('alembic_version') IS NOT NULL AND to_regclass('schema_revision') IS NULL THEN
            CREATE TABLE schema_revision (version_num varchar(32) CONSTRAINT schema_revision_pkc PRIMARY KEY);
            INSERT INTO schema_revision SELECT version_num FROM alembic_version;
        END IF;
    END $$
"""
"""Release 0.1 kept the revision where now stands which releases may serve."""


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=PREDICTIONS.metadata,
        version_table=SCHEMA_REVISION.name,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        connection.exec_driver_sql(OLD_RELEASES)
        context.run_migrations()
        note_serving(connection)


async def run(url: str) -> None:
    engine = connect(url, deadline=600)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
            await connection.commit()
    finally:
        await engine.dispose()


# `medcost db upgrade` names the database; Alembic's own command line is told by -x url=postgresql://…
asyncio.run(run(context.config.attributes.get("url") or context.get_x_argument(as_dictionary=True)["url"]))
