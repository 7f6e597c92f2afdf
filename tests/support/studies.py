"""Storages of tuning studies."""

from optuna.storages import RDBStorage

from adapters.optuna.storage import open_storage


def make_tables(address: str) -> None:
    """Make Optuna's tables in an empty database, and leave no connection open: a template may have none."""
    storage = open_storage(address)
    assert isinstance(storage, RDBStorage)
    storage.engine.dispose()
