"""PostgreSQL for commands that maintain it."""

from __future__ import annotations

from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.postgres import migrations
from adapters.postgres.audit import PostgresAuditTrail
from adapters.postgres.engine import connect
from adapters.postgres.ledger import PostgresLedger
from domain.ports.database import Database, OpenDatabase

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from domain.ports.witness import LedgerWitness


@dataclass(frozen=True, slots=True)
class PostgresDatabase(Database):
    """The database of a home's embedded server, or of a server that is configured.

    Args:
        url: the URL of the database; raises where it is not configured.
        lease: a context that keeps the server running.
        witness: keeps the ledger's head.
        deadline: seconds in which the database must answer.
        data: the data folder of the embedded server, None for a configured server.
    """

    url: Callable[[], str]
    lease: Callable[[], AbstractContextManager[object]]
    witness: LedgerWitness
    deadline: float
    data: Path | None

    def is_made(self) -> bool:
        """Return whether the data folder exists."""
        return self.data is None or self.data.exists()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[OpenDatabase]:
        """Start the server if need be, and connect to the database."""
        async with AsyncExitStack() as stack:
            stack.enter_context(self.lease())
            url = self.url()
            migration, trouble = await migrations.trouble(url)
            engine = connect(url, deadline=self.deadline)
            stack.push_async_callback(engine.dispose)
            yield OpenDatabase(migration, trouble, PostgresLedger(engine, self.witness), PostgresAuditTrail(engine))
