"""Connections to PostgreSQL with deadlines, and the translation of its failures to errors of the domain."""

from __future__ import annotations

import asyncio
import inspect
import re
import ssl
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import asyncpg
import msgspec
from sqlalchemy import event, exc, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from domain.errors import RepositoryUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

_AWAY: Final = ("08", "25006", "40001", "40P01", "53", "57", "58")
"""SQLSTATE classes and codes of temporary failures: connection, read-only, serialization, resources, system."""
_CONNECTIONS: Final = 20
"""The most connections; they are opened when they are needed, and kept."""
_NO_SCHEMA: Final = ("42P01", "42703")
"""SQLSTATE of a missing table and a missing column."""
_NOT_LET_IN: Final = "28"
"""SQLSTATE class of a user, password or certificate that the server refuses."""
_FORBIDDEN: Final = "42501"
"""SQLSTATE of a table or column that the user has no right to."""
_FULL: Final = "53100"
"""SQLSTATE of a disk without room."""
_VALUE: Final = re.compile(r"(invalid input for query argument [^:]*): .*", re.DOTALL)
"""asyncpg's message on a value that does not fit, and the value."""
_TLS_FILES: Final = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
_TLS: Final = (
    "sslmode", *_TLS_FILES, "sslpassword", "sslnegotiation", "ssl_min_protocol_version", "ssl_max_protocol_version",
)  # fmt: skip
"""libpq's parameters of TLS that asyncpg supports, which SQLAlchemy passes on from an address."""
_WORDS: Final = frozenset(inspect.signature(asyncpg.connect).parameters)
"""asyncpg's own parameters."""


def connect(url: str, *, deadline: float, recycle: int = 1800) -> AsyncEngine:
    """Make an engine whose connections and statements fail after ``deadline`` seconds.

    Args:
        url: ``postgresql://…`` with any driver; asyncpg is used. libpq's parameters of TLS are supported, such as
            ``sslmode``, ``sslrootcert``, ``sslcert`` and ``sslkey``; each new connection reads these files, so renewed
            ones count.
        deadline: seconds.
        recycle: seconds after which a connection is replaced at its next use, so that renewed files count.
    """
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=_CONNECTIONS,
        pool_use_lifo=True,  # statements are prepared for each connection: few are used, unless many are needed
        max_overflow=0,  # connections are kept: `driver_of` could not close them outside of SQLAlchemy's greenlets
        pool_timeout=deadline,
        pool_recycle=recycle,
        hide_parameters=True,  # facts of people must not reach a log by way of an error's text
        connect_args={
            "async_creator_fn": _open,
            "timeout": deadline,
            "command_timeout": deadline,
            # the server ends the statement, too, if this process is gone
            "server_settings": {"statement_timeout": str(int(deadline * 1000))},
        },
        json_serializer=lambda value: msgspec.json.encode(value).decode(),
        json_deserializer=msgspec.json.decode,
    )
    event.listen(engine.sync_engine, "checkout", _refuse_if_closed)
    return engine


async def _open(**options: Any) -> asyncpg.Connection:
    """Open a connection; asyncpg takes files of TLS in an address only.

    Raises:
        RepositoryUnavailable: if the parameters of TLS are unusable, or a side does not trust the other.
    """
    tls = {name: options.pop(name) for name in _TLS if name in options}
    if unknown := options.keys() - _WORDS:
        raise _misconfigured(", ".join(sorted(unknown)), "unknown here")
    if tls:
        options["dsn"] = f"postgresql://?{urlencode(tls)}"
    with _explained(tls):
        try:
            return await asyncpg.connect(**options)
        except ssl.SSLError as error:
            if error.reason != "KEY_VALUES_MISMATCH":
                raise
        # certificate and key are being replaced, and one of them was already
        await asyncio.sleep(0.1)
        return await asyncpg.connect(**options)


@contextmanager
def _explained(tls: Mapping[str, str]) -> Iterator[None]:
    """Translate errors of TLS to errors that name the parameter: asyncpg's errors read as if the server were away."""
    try:
        yield
    except asyncpg.ClientConfigurationError as error:
        raise _misconfigured(str(error).partition("\n")[0]) from error
    except ssl.SSLEOFError:  # hung up
        raise
    except ssl.SSLError as error:
        why = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else error.reason
        message = f"the database does not let us in by TLS ({why or error}): look at {', '.join(tls) or 'sslmode'}"
        raise RepositoryUnavailable(message, retry_after=10) from error
    except OSError as error:
        for word in _TLS_FILES:
            if word in tls and (why := _unreadable(tls[word])):
                raise _misconfigured(word, why) from error
        raise


def _unreadable(file: str) -> str | None:
    try:
        with Path(file).open("rb"):
            return None
    except OSError as error:
        return error.strerror


def _misconfigured(*what: str) -> RepositoryUnavailable:
    return RepositoryUnavailable(": ".join(("the database's address cannot be followed", *what)), retry_after=10)


def _refuse_if_closed(connection: Any, *_: object) -> None:
    """Replace the connection to a server that was started again: asyncpg knows that the other side has closed it."""
    if connection.driver_connection.is_closed():
        raise exc.InvalidatePoolError


_CUT: Final = (asyncpg.InterfaceError, asyncpg.InternalClientError)
"""asyncpg's errors for a lost connection; the second one while the server's last message was being read."""


@asynccontextmanager
async def driver_of(engine: AsyncEngine) -> AsyncIterator[asyncpg.Connection]:
    """Lend asyncpg's own connection from the pool, outside of any transaction.

    A connection that is left in the middle of an operation is closed.
    """
    # not `engine.connect()`, which takes three times as long
    try:
        lent: Any = await engine.raw_connection()
    except engine.dialect.loaded_dbapi.Error as error:  # SQLAlchemy's error for asyncpg's while connecting
        raise error.__cause__ or error from None
    try:
        yield lent.driver_connection
    except (TimeoutError, asyncio.CancelledError, *_CUT):
        lent.invalidate()
        raise
    finally:
        lent.close()


@contextmanager
def translated() -> Iterator[None]:
    """Translate failures of the database to `RepositoryUnavailable`, and remove facts from the text of other errors.

    Raises:
        RepositoryUnavailable: if the server is away, too slow, full or without our schema.
    """
    try:
        yield
    except exc.TimeoutError as error:
        message = "the database is busy: no connection became free in time"
        raise RepositoryUnavailable(message) from error
    except exc.DBAPIError as error:
        _forget_facts(error)
        state = str(getattr(error.orig, "sqlstate", None) or "")
        if away := _for_now(error, state):
            raise away from error
        if error.connection_invalidated or isinstance(error, exc.InterfaceError):
            raise _away(error) from error
        raise
    except asyncpg.DataError as error:
        _forget_facts(error)
        raise  # a value that is no value of its column; a mistake, though asyncpg counts it to its InterfaceErrors
    except asyncpg.PostgresError as error:
        _forget_facts(error)
        if away := _for_now(error, getattr(error, "sqlstate", None) or ""):
            raise away from error
        raise
    except (OSError, *_CUT) as error:
        raise _away(error) from error


def _forget_facts(error: Exception) -> None:
    """Remove the row of DETAIL, and values, from the texts of an error and its causes, which logs show."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, asyncpg.PostgresError):
            vars(cause).pop("detail", None)
        if cause.args and isinstance(cause.args[0], str):
            cause.args = (_VALUE.sub(r"\1", cause.args[0]), *cause.args[1:])
        cause = cause.__cause__


def _for_now(error: Exception, state: str) -> RepositoryUnavailable | None:
    if state in _NO_SCHEMA:
        message = "the database lacks our schema: run `medcost db upgrade`"
        return RepositoryUnavailable(message, retry_after=10)
    if state == _FORBIDDEN:
        message = "the database's user has no right to this: see docker/postgres/app/grants.sql"
        return RepositoryUnavailable(message, retry_after=10)
    if state == _FULL:
        return RepositoryUnavailable("the disk of the database is full: make room there", retry_after=10)
    if state.startswith(_NOT_LET_IN):
        message = "the database does not let us in: look at user and certificate (or password)"
        return RepositoryUnavailable(message, retry_after=10)
    return _away(error) if state.startswith(_AWAY) else None


def _away(error: Exception) -> RepositoryUnavailable:
    reason = type(error).__name__
    return RepositoryUnavailable(f"the database does not answer ({reason}): `medcost doctor` says what is wrong")
