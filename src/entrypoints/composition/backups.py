"""Use cases that back up and restore a home whose parts are its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.local.archive import TarArchive
from adapters.local.clock import SystemClock
from adapters.local.home import Home
from adapters.local.home_folders import LocalHomes
from adapters.postgres.home_databases import EmbeddedDatabases
from application.operations.back_up import BackUp
from application.operations.restore import Restore
from domain.errors import ConfigurationError
from entrypoints.composition.database import database_of, postgres_of

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.postgres.embedded import EmbeddedPostgres
    from entrypoints.composition.settings import Settings


def back_up_of(settings: Settings) -> BackUp:
    """Return the use case that backs up a home.

    Raises:
        ConfigurationError: if the settings name a database or an MLflow that is not the home's.
    """
    _require_own_parts(settings)
    return BackUp(
        database=database_of(settings),
        databases=_databases(settings),
        folders=LocalHomes(),
        archive=TarArchive(),
        clock=SystemClock(),
    )


def restore_of(settings: Settings) -> Restore:
    """Return the use case that restores a home from a backup.

    Raises:
        ConfigurationError: if the settings name a database or an MLflow that is not the home's.
    """
    _require_own_parts(settings)
    return Restore(databases=_databases(settings), folders=LocalHomes(), archive=TarArchive(), clock=SystemClock())


def _databases(settings: Settings) -> EmbeddedDatabases:
    def server(home: Path) -> EmbeddedPostgres:
        return postgres_of(settings, Home(home))

    def make_studies(url: str) -> None:
        from adapters.optuna.storage import open_storage  # a second, only where there are studies

        open_storage(url)

    return EmbeddedDatabases(server, make_studies)


def _require_own_parts(settings: Settings) -> None:
    if settings.profile == "memory":
        message = "the profile memory keeps nothing: there is nothing to back up or to restore"
        raise ConfigurationError(message)
    if settings.profile == "production" or settings.database_url or settings.tuning_url or settings.tracking_uri:
        message = (
            "this is for a home with a database of its own; the databases of a deployment are backed up and restored "
            "by docker/postgres/backup.sh, MLflow's files by a copy of its volume (docs/deploy.md, Backup)"
        )
        raise ConfigurationError(message)
