"""Where studies live."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from optuna.exceptions import ExperimentalWarning, StorageInternalError
from optuna.storages import BaseStorage, InMemoryStorage, RDBStorage
from sqlalchemy.exc import SQLAlchemyError

from adapters.optuna.turns import Turns
from domain.errors import RepositoryUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

HEARTBEAT_SECONDS: Final = 60


def open_storage(url: str | None) -> BaseStorage:
    """Open a storage, making its schema if need be, one process at a time; None keeps studies in this process.

    A trial whose worker has not been heard of for two heartbeats counts as abandoned.
    """
    if url is None:
        return InMemoryStorage()
    with translated(), Turns(url).take("schema"), warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        return RDBStorage(url, heartbeat_interval=HEARTBEAT_SECONDS)


@contextmanager
def translated() -> Iterator[None]:
    """Say in the domain's words that the storage is away."""
    try:
        yield
    except (StorageInternalError, SQLAlchemyError) as error:
        message = f"the tuning storage does not answer: {error.__cause__ or error}"
        raise RepositoryUnavailable(message) from error
