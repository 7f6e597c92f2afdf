"""Locks between processes that share a storage; a lock ends with its holder, however that ends."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from psycopg.errors import LockNotAvailable
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from adapters.common.locks import waited_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL

_SOON: Final = 1.0
"""Seconds of waiting that are not reported."""
# A turn may last hours, and so may waiting for it. But a machine that lost its power says nothing: the server asks it,
# and lets its locks go after a minute.
_SESSION: Final = {
    "lock_timeout": int(1000 * _SOON),
    "statement_timeout": 0,
    "idle_session_timeout": 0,
    "tcp_keepalives_idle": 30,
    "tcp_keepalives_interval": 10,
    "tcp_keepalives_count": 3,
}


class Turns:
    """Named locks: advisory locks of PostgreSQL, locked files beside SQLite's, and mutexes where nothing is shared.

    Args:
        url: the storage's SQLAlchemy address; None for studies of this process.
    """

    def __init__(self, url: str | None) -> None:
        self._address = make_url(url) if url else None
        self._here: defaultdict[str, Lock] = defaultdict(Lock)

    @contextmanager
    def take(self, name: str, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Wait for a lock and hold it while the block runs; ``on_wait`` is called once if that takes long."""
        # the hashes of names share one space of numbers: two that met there would only wait for each other
        digest = hashlib.sha256(f"medcost {name}".encode()).digest()[:8]
        if self._address is None:
            with _mutex(self._here[name], on_wait):
                yield
        elif self._address.get_backend_name() == "sqlite":
            with waited_for(Path(f"{self._address.database}.{digest.hex()}.lock"), on_wait, soon=_SOON):
                yield
        else:
            with _advisory_lock(self._address, int.from_bytes(digest, signed=True), on_wait):
                yield


@contextmanager
def _mutex(mutex: Lock, on_wait: Callable[[], None]) -> Iterator[None]:
    if not mutex.acquire(timeout=_SOON):
        on_wait()
        mutex.acquire()
    try:
        yield
    finally:
        mutex.release()


@contextmanager
def _advisory_lock(address: URL, number: int, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold an advisory lock on a connection of its own: the lock ends with the connection."""
    options = " ".join(f"-c {setting}={value}" for setting, value in _SESSION.items())
    engine = create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args={"options": options})
    lock = text(f"SELECT pg_advisory_lock({number})")
    with engine.connect() as connection:
        try:
            connection.execute(lock)
        except OperationalError as error:
            if not isinstance(error.orig, LockNotAvailable):
                raise
            on_wait()
            connection.execute(text("SET lock_timeout = 0"))
            connection.execute(lock)
        yield
