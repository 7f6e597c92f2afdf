"""Restoring of a dump's rows into tables that our own migrations made; nothing else of the dump is used.

A dump may hold functions, indexes over them, triggers and statements from an untrusted source. Its rows are extracted
as text, without a database, and copied into existing tables by a role without other rights.
"""

from __future__ import annotations

import re
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Final, Self

import psycopg
from sqlalchemy import MetaData, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from domain.errors import BackupRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection, Table

    from adapters.postgres.programs import Programs

_ROWS: Final = re.compile(rb"COPY public\.([a-z_]+) \(([a-z_0-9, \"]*)\) FROM stdin;\n")
_NUMBER: Final = re.compile(rb"SELECT pg_catalog\.setval\('public\.([a-z_0-9]+)', (\d{1,18}), (true|false)\);\n")
_PIECE: Final = 1 << 20
_LARGER: Final = 100
"""The most bytes of rows for each byte of the dump; those of a real home are five to twenty times as large."""
_ANY_SIZE: Final = 64 * 1024 * 1024
OF_ALEMBIC: Final = frozenset({"alembic_version", "schema_revision", "version_info"})
"""Tables of schema revisions, which are not restored: the existing tables have their own."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table, in the text format of COPY."""

    columns: Sequence[str]
    content: IO[bytes]


class Dump:
    """A context with the rows of a dump, each table's in a temporary file.

    Args:
        programs: the programs of PostgreSQL.
        file: a dump, which need not be trusted.

    Raises:
        RepositoryUnavailable: if the file is no dump.
        BackupRefused: if its rows are far larger than the file.
    """

    def __init__(self, programs: Programs, file: Path) -> None:
        self.tables: dict[str, Rows] = {}
        self.numbers: dict[str, tuple[int, bool]] = {}
        self._files = ExitStack()
        try:
            with file.open("rb") as dump, programs.reading("pg_restore", "--data-only", "-f", "-", given=dump) as lines:
                self._read(_bounded(lines, _ANY_SIZE + _LARGER * file.stat().st_size))
        except BaseException:
            self._files.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def load(self, url: str) -> None:
        """Replace the rows in the tables of a database, all or none.

        Args:
            url: SQLAlchemy's address of the database, by psycopg.

        Raises:
            BackupRefused: if the dump has other tables, or its rows do not fit.
        """
        engine = create_engine(url)
        try:
            with engine.begin() as connection:
                there = MetaData()
                there.reflect(connection)
                tables = [table for table in there.sorted_tables if table.name not in OF_ALEMBIC]
                self._refuse_others({table.name: table for table in tables})
                for table in reversed(tables):
                    if connection.execute(table.select().limit(1)).first():  # put there by a migration
                        connection.execute(table.delete())
                for table in tables:
                    if rows := self.tables.get(table.name):
                        _copy(connection, table, rows)
                self._set_numbers(connection)
        except (SQLAlchemyError, psycopg.Error) as error:
            message = (
                f"the rows of the backup do not fit into the tables: {str(error.__cause__ or error).splitlines()[0]}"
            )
            raise BackupRefused(message) from error
        finally:
            engine.dispose()

    def _read(self, lines: Iterator[bytes]) -> None:
        for line in lines:
            if number := _NUMBER.fullmatch(line):
                self.numbers[number[1].decode()] = (int(number[2]), number[3] == b"true")
            elif (head := _ROWS.fullmatch(line)) and head[1].decode() not in self.tables:
                columns = [name.strip(' "') for name in head[2].decode().split(",")]
                content = self._files.enter_context(TemporaryFile())  # noqa: SIM115  # the stack closes it
                self.tables[head[1].decode()] = Rows(columns, content)
                whole = True
                for piece in lines:
                    if whole and piece == b"\\.\n":
                        break
                    content.write(piece)
                    whole = piece.endswith(b"\n")
                content.seek(0)

    def _refuse_others(self, tables: Mapping[str, Table]) -> None:
        for name, rows in self.tables.items():
            if name in OF_ALEMBIC:
                continue
            if name not in tables or not set(rows.columns) <= set(tables[name].columns.keys()):
                message = f"the backup holds rows for {name!r} that this release has no place for: use a newer Medcost"
                raise BackupRefused(message)

    def _set_numbers(self, connection: Connection) -> None:
        """Set sequences to their values in the dump; sequences with other names are ignored."""
        for (name,) in connection.execute(text("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")):
            if name in self.numbers:
                value, is_called = self.numbers[name]
                how = {"name": f'public."{name}"', "value": value, "is_called": is_called}
                connection.execute(text("SELECT setval(CAST(:name AS regclass), :value, :is_called)"), how)


def _bounded(lines: IO[bytes], most: int) -> Iterator[bytes]:
    """Yield lines, long ones in pieces."""
    left = most
    while piece := lines.readline(_PIECE):
        if (left := left - len(piece)) < 0:
            message = f"the databases of the backup unpack to more than {most:,} bytes, far more than those of a home"
            raise BackupRefused(message)
        yield piece


def _copy(connection: Connection, table: Table, rows: Rows) -> None:
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(map(quote, rows.columns))
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {quote(table.name)} ({columns}) FROM STDIN") as copy:  # type: ignore[attr-defined]  # psycopg's
        shutil.copyfileobj(rows.content, copy, _PIECE)
