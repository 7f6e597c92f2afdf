"""The schema of recorded people, and its indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, select, text

from adapters.postgres.engine import translated
from adapters.postgres.migrations import refusal
from adapters.postgres.recorded_facts import OURS, RecordedFacts
from adapters.postgres.tables import SCHEMAS
from domain.errors import RepositoryUnavailable
from domain.ports.schemas import SchemaRecord

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from domain.people.schema import Schema

_LOCK: Final = 0x6D656473
"""The advisory lock under which a process adopts a schema."""
_LAST: Final = select(SCHEMAS).order_by(SCHEMAS.c.number.desc()).limit(1)


class PostgresSchemas(SchemaRecord):
    """Keeps adopted schemas in the table `schemas`.

    Args:
        engine: the statements may take as long as an index of all predictions takes to make.
        read: reads a schema from the text of its file.
    """

    def __init__(self, engine: AsyncEngine, read: Callable[[str], Schema]) -> None:
        self._engine = engine
        self._read = read

    async def current(self) -> Schema | None:
        """Return the schema that was adopted last."""
        document = await self.document()
        return None if document is None else self._read(document)

    async def document(self) -> str | None:
        """Return the text of the current schema's file, None if none was recorded yet.

        Raises:
            RepositoryUnavailable: if the database does not answer.
        """
        with translated():
            async with self._engine.connect() as connection:
                last = (await connection.execute(_LAST)).first()
        return None if last is None else last.document

    async def has_people(self) -> bool:
        """Return whether there is a prediction or a version."""
        statement = "SELECT EXISTS (SELECT FROM predictions) OR EXISTS (SELECT FROM model_versions)"
        with translated():
            async with self._engine.connect() as connection:
                return bool((await connection.execute(text(statement))).scalar())

    async def adopt(self, schema: Schema, document: str, *, at: datetime) -> None:
        """Add a row unless the schema is current already, and make the indexes, in one transaction."""
        with translated():
            async with self._engine.begin() as connection:
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
                last = (await connection.execute(_LAST)).first()
                if last is None or last.document != document:
                    number = select(func.coalesce(func.max(SCHEMAS.c.number), 0) + 1).scalar_subquery()
                    given = {"digest": schema.digest, "name": schema.name, "document": document, "adopted_at": at}
                    await connection.execute(insert(SCHEMAS).values(number=number, **given))
                await _make_indexes(connection, RecordedFacts.of(schema).indexes())


async def _make_indexes(connection: AsyncConnection, definitions: dict[str, str]) -> None:
    result = await connection.execute(
        text("SELECT indexname FROM pg_indexes WHERE tablename = 'predictions' AND starts_with(indexname, :ours)"),
        {"ours": OURS},
    )
    there = set(result.scalars())
    for name in sorted(there - definitions.keys()):
        await connection.execute(text(f"DROP INDEX {name}"))
    for name in sorted(definitions.keys() - there):
        await connection.execute(text(definitions[name]))


async def require_schema(engine: AsyncEngine, schema: Schema) -> None:
    """Check that this code may serve with a database, and that its recorded people are of a schema.

    Raises:
        RepositoryUnavailable: if the database does not answer; or with the difference and what to do.
    """
    with translated():
        async with engine.connect() as connection:
            revision = (await connection.execute(text("SELECT version_num FROM schema_revision"))).scalar()
            serves_from = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
            adopted = (await connection.execute(_LAST)).first()
    if why := refusal(revision, serves_from):
        raise RepositoryUnavailable(why, retry_after=10)
    if adopted and adopted.digest != schema.digest:
        message = (
            f"this process has the schema {schema.name} ({schema.digest[:12]}), and the people on record are of "
            f"{adopted.name} ({adopted.digest[:12]}): start it with the schema of this home, or run "
            "`medcost db upgrade` with this one"
        )
        raise RepositoryUnavailable(message, retry_after=10)
