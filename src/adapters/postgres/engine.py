"""The way to PostgreSQL: connections with deadlines, and its failures in the words of the domain."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import exc, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from domain.errors import RepositoryUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

_AWAY: Final = ("08", "25006", "40001", "40P01", "53", "57", "58")
"""SQLSTATE classes and codes that pass: connection, read-only, serialization, resources, intervention, system."""
_NO_SCHEMA: Final = ("42P01", "42703")
"""SQLSTATE of a missing table and a missing column."""


def connect(url: str, *, deadline: float) -> AsyncEngine:
    """Make an engine that gives up on a connection or a statement after ``deadline`` seconds.

    Args:
        url: ``postgresql://…``, whatever driver it names; asyncpg is used.
        deadline: seconds.
    """
    return create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=10,
        max_overflow=20,
        pool_timeout=deadline,
        hide_parameters=True,  # facts of people must not reach a log by way of an error's text
        pool_pre_ping=True,  # a server that was started again is found again
        connect_args={"timeout": deadline, "command_timeout": deadline},
        json_serializer=lambda value: msgspec.json.encode(value).decode(),
        json_deserializer=msgspec.json.decode,
    )


@contextmanager
def translated() -> Iterator[None]:
    """Let failures of the database leave as `RepositoryUnavailable`; mistakes of ours leave as they are.

    Raises:
        RepositoryUnavailable: if the server is away, too slow, full or without our schema.
    """
    try:
        yield
    except exc.TimeoutError as error:
        message = "the database is busy: no connection became free in time"
        raise RepositoryUnavailable(message) from error
    except exc.DBAPIError as error:
        state = str(getattr(error.orig, "sqlstate", None) or "")
        if state in _NO_SCHEMA:
            message = "the database lacks our schema: run `medcost db upgrade`"
            raise RepositoryUnavailable(message, retry_after=10) from error
        if error.connection_invalidated or isinstance(error, exc.InterfaceError) or state.startswith(_AWAY):
            raise _away(error) from error
        raise
    except (OSError, TimeoutError) as error:
        raise _away(error) from error


def _away(error: Exception) -> RepositoryUnavailable:
    return RepositoryUnavailable(f"the database does not answer ({type(error).__name__})")
