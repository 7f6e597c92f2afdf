"""Copies and restored databases of the embedded server."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from adapters.postgres import migrations
from adapters.postgres.audit import PostgresAuditTrail
from adapters.postgres.cluster import DATABASES, Cluster
from adapters.postgres.engine import connect
from adapters.postgres.restoring import OF_ALEMBIC, Dump
from domain.errors import RepositoryUnavailable
from domain.ports.home_databases import HomeDatabases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from adapters.postgres.embedded import EmbeddedPostgres
    from domain.operations.audit import AuditEntry


_DEADLINE: Final = 60.0
_FILES_GONE: Final = (
    '{"error": "JobFilesGone", "detail": '
    '"the file was not in the backup from which this home was restored: send it again"}'
)


@dataclass(frozen=True, slots=True)
class EmbeddedDatabases(HomeDatabases):
    """Copies and restores the databases of homes, each with an embedded server of its own.

    Args:
        server: returns the server of a home, which is not started.
        make_studies: makes the tables of studies in the database at an address.
    """

    server: Callable[[Path], EmbeddedPostgres]
    make_studies: Callable[[str], object]

    @property
    def names(self) -> Sequence[str]:
        """Return the names of Medcost's and Optuna's database."""
        return DATABASES

    def dump(self, home: Path, into: Path) -> None:
        """Dump the databases by ``pg_dump``; the server must run."""
        client = self.server(home).client
        for database in DATABASES:
            client.dump(database, into / database)

    @contextmanager
    def alone(self, home: Path) -> Iterator[None]:
        """Stop the server, and keep other processes from starting it while the block runs."""
        server = self.server(home)
        if not server.data.exists():
            yield
            return
        with server.alone():
            yield

    def stop(self, home: Path) -> None:
        """Stop the server, and remove the draft of ``initdb``."""
        server = self.server(home)
        if server.data.exists():
            with server.alone():  # which stops it
                pass
        Cluster(server.data).remove_draft()

    def knows(self, migration: str) -> bool:
        """Return whether this release has the migration."""
        return migrations.is_known(migration)

    def fill(self, home: Path, dumps: Path, migration: str | None, *, replaced: Path | None, audit: AuditEntry) -> int:
        """Migrate new databases to the revision of the copies, and load their rows."""
        server = self.server(home)
        with server.lease():
            if migration is not None:
                asyncio.run(migrations.upgrade(server.url("medcost"), migration))
            for database in DATABASES:
                url = server.url(database, driver="psycopg")
                with Dump(server.programs, dumps / database) as dump:
                    if database == "optuna" and dump.tables.keys() - OF_ALEMBIC:
                        self.make_studies(url)
                    dump.load(url)
            if server.client.ask("medcost", "SELECT to_regclass('audit_trail')").strip():
                asyncio.run(_note(server.url("medcost"), audit))
            _end_jobs_without_files(server)
            old = self.server(replaced) if replaced else None
            return _erase_again(server, old) if old and old.data.exists() else 0


def _end_jobs_without_files(server: EmbeddedPostgres) -> None:
    """Fail jobs whose files are not in a backup: the folder of a restored home has another name, so none is taken."""
    query = "SELECT 1 FROM information_schema.columns WHERE table_name = 'jobs' AND column_name = 'place'"
    if server.client.ask("medcost", query).strip():
        server.client.ask(
            "medcost",
            f"UPDATE jobs SET state = 'failed', ended_at = now(), problem = '{_FILES_GONE}' "  # noqa: S608  # our text
            "WHERE place IS NOT NULL AND state IN ('waiting', 'running')",
            "UPDATE jobs SET erased_at = now() WHERE place IS NOT NULL AND erased_at IS NULL",
        )


async def _note(url: str, entry: AuditEntry) -> None:
    engine = connect(url, deadline=_DEADLINE)
    try:
        await PostgresAuditTrail(engine).add(entry)
    finally:
        await engine.dispose()


def _erase_again(server: EmbeddedPostgres, old: EmbeddedPostgres) -> int:
    try:
        with old.running():
            if not old.client.ask("medcost", "SELECT to_regclass('erasures')").strip():
                return 0
            proofs = old.client.ask("medcost", "COPY erasures (prediction_id, erased_at, reason) TO STDOUT")
    except RepositoryUnavailable as why:
        message = (
            f"what was erased since cannot be read from {old.data} ({why}): nothing was changed. "
            "Moved away by hand, the home can be restored without that"
        )
        raise RepositoryUnavailable(message) from why
    counted = server.client.ask(
        "medcost",
        "CREATE TEMP TABLE erased (LIKE erasures) ON COMMIT DROP",
        "COPY erased (prediction_id, erased_at, reason) FROM STDIN",
        "INSERT INTO erasures (prediction_id, erased_at, reason) TABLE erased ON CONFLICT DO NOTHING",
        # and by cascade their idempotency keys
        "WITH gone AS (DELETE FROM predictions USING erased WHERE id = prediction_id RETURNING id) "
        "SELECT count(*) FROM gone",
        given=proofs,
    )
    return int(counted)
