"""Which PostgreSQL, embedded or named, and what is kept in it."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from adapters.postgres import migrations
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.engine import connect
from adapters.postgres.ledger import PostgresLedger
from adapters.system.home import Home
from adapters.system.witness import FileWitness
from domain.errors import ConfigurationError
from entrypoints.wiring.settings import has_mlflow_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from domain.ports.ledger import ModelLedger
    from domain.ports.witness import LedgerWitness
    from entrypoints.wiring.settings import Settings


def embedded_postgres(settings: Settings) -> EmbeddedPostgres:
    """Give the embedded server of a home; it is not started."""
    return EmbeddedPostgres(Home(settings.home).postgres)


def database_url(settings: Settings) -> str:
    """Where predictions, versions and ledger are kept.

    Raises:
        ConfigurationError: if the production profile names no database.
    """
    if settings.profile == "production" and not settings.database_url:
        message = "the production profile starts no database: set MEDCOST_DATABASE_URL (or MEDCOST_DATABASE_URL_FILE)"
        raise ConfigurationError(message)
    return settings.database_url or embedded_postgres(settings).url("medcost")


def tuning_url(settings: Settings) -> str:
    """Where Optuna keeps its studies; Optuna is synchronous, so by psycopg."""
    return settings.tuning_url or embedded_postgres(settings).url("optuna", driver="psycopg")


@contextmanager
def lease(settings: Settings, *, tuning: bool = False) -> Iterator[None]:
    """Keep the embedded server running meanwhile, unless another is named; ``tuning`` asks for that database too."""
    Home(settings.home).make()
    if database_url(settings) == settings.database_url and (settings.tuning_url or not tuning):
        yield
        return
    with embedded_postgres(settings).lease():
        yield


async def enter_in_thread(stack: ExitStack | AsyncExitStack, context: AbstractContextManager[object]) -> None:
    """Enter a context that takes its time; cancelled meanwhile, it is entered all the same, and left with the stack."""
    entering = asyncio.ensure_future(asyncio.to_thread(stack.enter_context, context))
    try:
        await asyncio.shield(entering)
    except asyncio.CancelledError:
        await entering
        raise


def witness(settings: Settings) -> LedgerWitness:
    """Give what remembers where the ledger ends: MLflow's server, which all containers share, else the home."""
    if has_mlflow_server(settings):
        from adapters.mlflow.server import MlflowServer
        from adapters.mlflow.witness import MlflowWitness

        return MlflowWitness(MlflowServer(settings.tracking_uri))
    return FileWitness(Home(settings.home).ledger_head)


@asynccontextmanager
async def ledger(settings: Settings) -> AsyncIterator[ModelLedger]:
    """Open the ledger alone. The database must be running."""
    engine = connect(database_url(settings), deadline=settings.database_deadline)
    try:
        yield PostgresLedger(engine, witness(settings))
    finally:
        await engine.dispose()


async def schema(settings: Settings) -> tuple[str | None, str]:
    """Tell which migration the database is at, None for none, and which is the newest."""
    with lease(settings):
        return await migrations.current(database_url(settings)), migrations.head()


def _read(grants: Path) -> str:
    try:
        return grants.read_text(encoding="utf-8")
    except OSError as error:
        message = f"--grants: {error.strerror}: {grants}"
        raise ConfigurationError(message) from error


async def upgrade_schema(settings: Settings, grants: Path | None = None) -> str:
    """Bring the schema up to date, let rights follow, and name the migration that it is at then.

    Args:
        settings: which database.
        grants: a file of SQL that says who may do what with which table.

    Raises:
        ConfigurationError: if the file cannot be read.
    """
    rights = _read(grants) if grants else ""
    with lease(settings):
        if await migrations.current(database_url(settings)) != migrations.head():
            await migrations.upgrade(database_url(settings))
        if rights:
            await migrations.run(database_url(settings), rights)
    return migrations.head()
