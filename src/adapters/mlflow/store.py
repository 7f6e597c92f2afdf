"""The connection to MLflow's store, and the translation of its failures to errors of the domain."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.telemetry import set_telemetry_client
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from adapters.common.locks import waited_for
from domain.errors import RegistryUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXPERIMENT: Final = "medcost"

_ADDRESSES: Final = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "storage_location"),
)
"""The tables and columns of MLflow's database that hold addresses of artifacts."""


class MlflowStore:
    """One tracking store with its registry, opened at its first use.

    Args:
        uri: ``sqlite:///file``, ``postgresql://…`` or ``http://server``.
        artifacts: folder for plots and models; None lets a server decide.
    """

    def __init__(self, uri: str, artifacts: Path | None) -> None:
        self._uri = uri
        self._artifacts = artifacts
        self._opened: tuple[MlflowClient, str] | None = None

    @property
    def client(self) -> MlflowClient:
        """Return the client of this store.

        Raises:
            RegistryUnavailable: if the store does not answer.
        """
        return self._open()[0]

    @property
    def experiment(self) -> str:
        """Return the identifier of the experiment.

        Raises:
            RegistryUnavailable: if the store does not answer.
        """
        return self._open()[1]

    def _open(self) -> tuple[MlflowClient, str]:
        if self._opened is None:
            # MLflow asks these on the way from a version to its logged model, whatever client is used
            mlflow.set_tracking_uri(self._uri)
            mlflow.set_registry_uri(self._uri)
            os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
            set_telemetry_client()  # made when MLflow was imported: ask it to look again
            os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
            os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")  # stdout is the command's
            for noisy in ("mlflow", "alembic"):
                logging.getLogger(noisy).setLevel(logging.WARNING)
            with translated(), self._first_in_line():
                client = MlflowClient(self._uri, self._uri)
                experiment = client.get_experiment_by_name(EXPERIMENT)
                location = self._artifacts.as_uri() if self._artifacts else None
                if experiment and location and self._is_ours(experiment.artifact_location, location):
                    self._move(experiment.artifact_location, location)
                number = experiment.experiment_id if experiment else client.create_experiment(EXPERIMENT, location)
            self._opened = client, number
        return self._opened

    def _is_ours(self, old: str, new: str) -> bool:
        """Return whether addresses may be rewritten: those of a store in a file, which moves with its home."""
        return self._uri.startswith("sqlite:") and old.startswith("file:") and old != new

    def _move(self, old: str, new: str) -> None:
        """Rewrite the addresses of all artifacts: MLflow stores whole addresses, and a home may move."""
        engine = create_engine(self._uri)
        with engine.begin() as connection:
            for table, column in _ADDRESSES:
                moved = f"UPDATE {table} SET {column} = :new || substr({column}, :behind) "  # noqa: S608  # constants
                there = f"WHERE substr({column}, 1, :length) = :old"
                lengths = {"behind": len(old) + 1, "length": len(old)}
                connection.execute(text(moved + there), {"old": old, "new": new, **lengths})
        engine.dispose()

    @contextmanager
    def _first_in_line(self) -> Iterator[None]:
        """Let one process make a fresh store while others wait."""
        if self._artifacts is None:
            yield
            return
        self._artifacts.mkdir(parents=True, exist_ok=True)
        with waited_for(self._artifacts.with_name("store.lock")):
            yield


@contextmanager
def translated() -> Iterator[None]:
    """Translate MLflow's failures to `RegistryUnavailable`.

    Raises:
        RegistryUnavailable: with MLflow's message.
    """
    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError) as error:
        message = f"the tracking store does not answer: {str(error).splitlines()[0] if str(error) else error!r}"
        raise RegistryUnavailable(message) from error
