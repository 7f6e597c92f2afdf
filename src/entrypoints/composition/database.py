"""The PostgreSQL database of a profile, embedded or named by settings, and its upgrades."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.common.files import replace_file
from adapters.local.account import account_name
from adapters.local.clock import SystemClock
from adapters.local.home import Home
from adapters.local.witness import FileWitness
from adapters.postgres import migrations
from adapters.postgres.audit import PostgresAuditTrail
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.engine import connect
from adapters.postgres.ledger import PostgresLedger
from adapters.postgres.programs import Programs
from adapters.postgres.schemas import PostgresSchemas
from adapters.yaml.schema_file import read_schema, schema_of
from application.operations.audit_changes import AuditChanges
from application.people.adopt_schema import AdoptSchema
from domain.errors import ConfigurationError
from entrypoints.composition.schema import DEFAULT_NAME, home_schema, named_schema, schema_path
from entrypoints.composition.settings import has_mlflow_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from domain.ports.database import Database
    from domain.ports.ledger import ModelLedger
    from domain.ports.witness import LedgerWitness
    from entrypoints.composition.settings import Settings


def embedded_postgres(settings: Settings) -> EmbeddedPostgres:
    """Return the embedded server of a home, not yet started."""
    return postgres_of(settings, Home(settings.home))


def postgres_of(settings: Settings, home: Home) -> EmbeddedPostgres:
    """Return a factory of embedded servers that run the PostgreSQL programs of the settings."""
    return EmbeddedPostgres(home.postgres, Programs(Path(settings.postgres_bin) if settings.postgres_bin else None))


def database_url(settings: Settings) -> str:
    """Return the address of the database of predictions, versions and ledger.

    Raises:
        ConfigurationError: if the production profile names no database.
    """
    if settings.profile == "production" and not settings.database_url:
        message = "the production profile starts no database: set MEDCOST_DATABASE_URL (or MEDCOST_DATABASE_URL_FILE)"
        raise ConfigurationError(message)
    return settings.database_url or embedded_postgres(settings).url("medcost")


def tuning_url(settings: Settings) -> str:
    """Return the address of the database of tuning studies, with the synchronous driver psycopg for Optuna."""
    return settings.tuning_url or embedded_postgres(settings).url("optuna", driver="psycopg")


@contextmanager
def lease(settings: Settings, *, tuning: bool = False) -> Iterator[None]:
    """Keep the embedded server running inside the block, unless settings name another server.

    Args:
        settings: the settings of this process.
        tuning: whether the database of tuning studies is needed too.
    """
    Home(settings.home).make()
    if database_url(settings) == settings.database_url and (settings.tuning_url or not tuning):
        yield
        return
    with embedded_postgres(settings).lease():
        yield


async def enter_in_thread(stack: ExitStack | AsyncExitStack, context: AbstractContextManager[object]) -> None:
    """Enter a blocking context in a thread; after a cancellation, it is still entered and left with the stack."""
    entering = asyncio.ensure_future(asyncio.to_thread(stack.enter_context, context))
    try:
        await asyncio.shield(entering)
    except asyncio.CancelledError:
        await entering
        raise


def witness(settings: Settings) -> LedgerWitness:
    """Return the witness of the ledger's last entry: MLflow's server, which containers share, otherwise the home."""
    if has_mlflow_server(settings):
        from adapters.mlflow.server import MlflowServer
        from adapters.mlflow.witness import MlflowWitness

        return MlflowWitness(MlflowServer(settings.tracking_uri))
    return FileWitness(Home(settings.home).ledger_head)


@asynccontextmanager
async def ledger(settings: Settings) -> AsyncIterator[ModelLedger]:
    """Return the ledger in a database that is running, without the other stores."""
    engine = connect(database_url(settings), deadline=settings.database_deadline)
    try:
        yield PostgresLedger(engine, witness(settings))
    finally:
        await engine.dispose()


@dataclass(frozen=True, slots=True)
class Upgraded:
    """The state of a database after an upgrade.

    Args:
        revision: the migration.
        changes: the changes of the schema of people, in words.
    """

    revision: str
    changes: tuple[str, ...]


async def bring_up_to_date(settings: Settings) -> tuple[str, ...]:
    """Migrate a running database and take over the schema of people; return the schema's changes in words.

    Raises:
        RepositoryUnavailable: if it does not answer, or is of a newer Medcost that lets this one not serve.
        SchemaChangeRefused: if the schema that is named means something else than what is on record.
    """
    url = database_url(settings)
    await migrations.bring_up_to_date(url)
    engine = connect(url, deadline=600)  # an index over all predictions may have to be made
    try:
        schemas = PostgresSchemas(engine, schema_of)
        document = await _schema_text(settings, schemas)
        clock = SystemClock()
        audit = AuditChanges(trail=PostgresAuditTrail(engine), clock=clock)
        adopt = AdoptSchema(schemas=schemas, clock=clock, audit=audit)
        return await adopt(
            schema_of(document, schema_path(settings).name),
            document,
            by=account_name(),
            first=lambda: read_schema(named_schema(DEFAULT_NAME)),
            keep=lambda text: _keep_schema(settings, text),
        )
    finally:
        await engine.dispose()


async def _schema_text(settings: Settings, schemas: PostgresSchemas) -> str:
    """Return the text of the schema of people; restore the home's copy from the database if it is missing."""
    home_schema(settings)  # which says what is wrong with it
    if not settings.schema and not Home(settings.home).schema.is_file():
        recorded = await schemas.document()
        # the one that comes with Medcost is the one of this release
        if recorded is not None and schema_of(recorded).name != DEFAULT_NAME:
            return recorded
    return schema_path(settings).read_text(encoding="utf-8")


def _keep_schema(settings: Settings, text: str) -> None:
    """Store the home's own copy of a schema, except of the default schema, whose words come with each release.

    Processes of a deployment have homes of their own, and read the schema that MEDCOST_SCHEMA names.
    """
    own = Home(settings.home).schema
    is_default = text == named_schema(DEFAULT_NAME).read_text(encoding="utf-8")
    if settings.profile != "production" and (own.exists() or not is_default):
        replace_file(own, text.encode())


def database_of(settings: Settings) -> Database:
    """Return the database for commands that maintain it; nothing is started yet."""
    return PostgresDatabase(
        url=partial(database_url, settings),
        lease=partial(lease, settings),
        witness=witness(settings),
        deadline=settings.database_deadline,
        data=None if settings.database_url else Home(settings.home).postgres,
    )


async def schema(settings: Settings) -> tuple[str | None, str, str]:
    """Return the database's migration (or None), the newest migration, and why this release cannot serve it."""
    with lease(settings):
        revision, trouble = await migrations.trouble(database_url(settings))
        return revision, migrations.head(), trouble


def _read(grants: Path) -> str:
    try:
        return grants.read_text(encoding="utf-8")
    except OSError as error:
        message = f"--grants: {error.strerror}: {grants}"
        raise ConfigurationError(message) from error


async def upgrade_schema(settings: Settings, grants: Path | None = None) -> Upgraded:
    """Migrate the database, take over the schema of people, and apply the grants.

    Args:
        settings: which database.
        grants: an SQL file with the grants of each table.

    Raises:
        ConfigurationError: if the file cannot be read.
        SchemaChangeRefused: if the schema that is named means something else than what is on record.
    """
    rights = _read(grants) if grants else ""
    with lease(settings):
        changes = await bring_up_to_date(settings)
        if rights:
            await migrations.run(database_url(settings), rights)
    return Upgraded(migrations.head(), changes)
