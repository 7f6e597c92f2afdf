"""Where studies live, and how processes that share one take turns."""

from __future__ import annotations

import fcntl
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import optuna
from optuna.exceptions import ExperimentalWarning, StorageInternalError
from optuna.storages import BaseStorage, InMemoryStorage, RDBStorage
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from domain.errors import RepositoryUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEARTBEAT_SECONDS: Final = 60
_LOCK: Final = 0x6F707475
"""Number of the advisory lock ("optu")."""


def open_storage(url: str | None, on_stale: Callable[[optuna.Study, optuna.trial.FrozenTrial], None]) -> BaseStorage:
    """Open a storage, making its schema if need be; None keeps studies in this process.

    ``on_stale`` is told of a trial whose worker has not been heard of for two heartbeats.
    """
    if url is None:
        return InMemoryStorage()
    with translated(), exclusively(url), warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        return RDBStorage(url, heartbeat_interval=HEARTBEAT_SECONDS, heartbeat_stale_trial_callback=on_stale)


@contextmanager
def exclusively(url: str | None) -> Iterator[None]:
    """Keep other processes that use this storage out while the block runs."""
    address = make_url(url) if url else None
    if address is None or address.database in {None, "", ":memory:"}:
        yield
    elif address.get_backend_name() == "sqlite":
        with Path(f"{address.database}.lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
    else:
        # the lock is the session's and ends with it, however this process ends
        engine = create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
            yield


@contextmanager
def translated() -> Iterator[None]:
    """Say in the domain's words that the storage is away."""
    try:
        yield
    except (StorageInternalError, SQLAlchemyError) as error:
        message = f"the tuning storage does not answer: {error.__cause__ or error}"
        raise RepositoryUnavailable(message) from error
