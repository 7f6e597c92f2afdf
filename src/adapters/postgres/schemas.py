"""Which schema the people on record are of, and the indexes that go with it."""

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
"""Two processes that adopt a schema at once take turns."""
_LAST: Final = select(SCHEMAS).order_by(SCHEMAS.c.number.desc()).limit(1)


class PostgresSchemas(SchemaRecord):
    """The table `schemas`.

    Args:
        engine: its statements may take as long as an index of all predictions takes to make.
        read: reads a schema from the text of its file.
    """

    def __init__(self, engine: AsyncEngine, read: Callable[[str], Schema]) -> None:
        self._engine = engine
        self._read = read

    async def current(self) -> Schema | None:
        """Return the one that was adopted last."""
        document = await self.document()
        return None if document is None else self._read(document)

    async def document(self) -> str | None:
        """Return the text of its file, None if none was recorded yet.

        Raises:
            RepositoryUnavailable: if the database does not answer.
        """
        with translated():
            async with self._engine.connect() as connection:
                last = (await connection.execute(_LAST)).first()
        return None if last is None else last.document

    async def has_people(self) -> bool:
        """Look for a prediction or a version."""
        statement = "SELECT EXISTS (SELECT FROM predictions) OR EXISTS (SELECT FROM model_versions)"
        with translated():
            async with self._engine.connect() as connection:
                return bool((await connection.execute(text(statement))).scalar())

    async def adopt(self, schema: Schema, document: str, *, at: datetime) -> None:
        """Add a row unless it is the last one already, and make the indexes, in one transaction."""
        with translated():
            async with self._engine.begin() as connection:
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
                last = (await connection.execute(_LAST)).first()
                if last is None or last.document != document:
                    number = select(func.coalesce(func.max(SCHEMAS.c.number), 0) + 1).scalar_subquery()
                    given = {"digest": schema.digest, "name": schema.name, "document": document, "adopted_at": at}
                    await connection.execute(insert(SCHEMAS).values(number=number, **given))
                await _make_indexes(connection, RecordedFacts.of(schema).indexes())


async def _make_indexes(connection: AsyncConnection, wanted: dict[str, str]) -> None:
    found = await connection.execute(
        text("SELECT indexname FROM pg_indexes WHERE tablename = 'predictions' AND starts_with(indexname, :ours)"),
        {"ours": OURS},
    )
    there = set(found.scalars())
    for name in sorted(there - wanted.keys()):
        await connection.execute(text(f"DROP INDEX {name}"))
    for name in sorted(wanted.keys() - there):
        await connection.execute(text(wanted[name]))


async def require_schema(engine: AsyncEngine, schema: Schema) -> None:
    """Return if this code may serve with a database, and the people on record there are of a schema.

    Raises:
        RepositoryUnavailable: if it does not answer, or saying what differs and what to do.
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
