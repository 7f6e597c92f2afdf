"""Which PostgreSQL, embedded or named, and what is kept in it."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from adapters.postgres import migrations
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.engine import connect
from adapters.postgres.ledger import PostgresLedger
from adapters.system.home import Home

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from domain.ports.ledger import ModelLedger
    from entrypoints.wiring.settings import Settings


def embedded_postgres(settings: Settings) -> EmbeddedPostgres:
    """Give the embedded server of a home; it is not started."""
    return EmbeddedPostgres(Home(settings.home).postgres)


def database_url(settings: Settings) -> str:
    """Where predictions, versions and ledger are kept."""
    return settings.database_url or embedded_postgres(settings).url("medcost")


def tuning_url(settings: Settings) -> str:
    """Where Optuna keeps its studies; Optuna is synchronous, so by psycopg."""
    return settings.tuning_url or embedded_postgres(settings).url("optuna", driver="psycopg")


@contextmanager
def lease(settings: Settings) -> Iterator[None]:
    """Keep the embedded server running meanwhile, unless others are named."""
    if settings.database_url and settings.tuning_url:
        yield
        return
    with embedded_postgres(settings).lease():
        yield


@asynccontextmanager
async def ledger(settings: Settings) -> AsyncIterator[ModelLedger]:
    """Open the ledger alone. The database must be running."""
    engine = connect(database_url(settings), deadline=settings.database_deadline)
    try:
        yield PostgresLedger(engine, Home(settings.home).ledger_head)
    finally:
        await engine.dispose()


async def schema(settings: Settings) -> tuple[str | None, str]:
    """Tell which migration the database is at, None for none, and which is the newest."""
    with lease(settings):
        return await migrations.current(database_url(settings)), migrations.head()


async def upgrade_schema(settings: Settings) -> str:
    """Bring the schema up to date, and name the migration that it is at then."""
    with lease(settings):
        if await migrations.current(database_url(settings)) != migrations.head():
            await migrations.upgrade(database_url(settings))
    return migrations.head()
