"""Alembic's environment: asynchronous, on the database that the caller names."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection

from adapters.postgres.engine import connect
from adapters.postgres.tables import METADATA

LOCK = 0x6D656464
"""Two processes that upgrade at once take turns."""


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=METADATA, transaction_per_migration=False)
    with context.begin_transaction():
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        context.run_migrations()


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
