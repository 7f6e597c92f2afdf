"""The home: one folder that holds all state of an installation."""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.common.disk import writing
from domain.errors import ConfigurationError

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Home:
    """The paths of each part's state below one folder."""

    path: Path

    def make(self) -> None:
        """Make the folder if need be, and close it to other users with its content: people's facts and costs."""
        with writing(self.path):
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            for path in (self.path, *self.path.iterdir()):
                _close(path)

    def require_folder(self) -> None:
        """Refuse a path that cannot be a folder: a file, a path below a file, or one that cannot be looked at.

        Raises:
            ConfigurationError: saying why.
        """
        for path in (self.path, *self.path.parents):
            try:
                mode = path.stat().st_mode
            except (FileNotFoundError, NotADirectoryError):
                continue  # not there yet: what is above it must be a folder
            except OSError as error:
                message = f"{path}: {error.strerror}: name another home with --home or MEDCOST_HOME"
                raise ConfigurationError(message) from error
            if not stat.S_ISDIR(mode):
                message = f"{path} is no folder, and a home is one: name another with --home or MEDCOST_HOME"
                raise ConfigurationError(message)
            return

    def require_own(self) -> None:
        """Refuse a folder of another user: a home is trusted like a program of its owner.

        Raises:
            ConfigurationError: saying whose it is.
        """
        try:
            owner = self.path.stat().st_uid
        except OSError:  # not there yet, or not readable: a later access reports it
            return
        if owner != os.geteuid():
            message = (
                f"{self.path} belongs to the user {_name(owner)}, not to {_name(os.geteuid())}: a home is trusted like "
                "a program of its owner, so run Medcost as that user, or name another folder with --home"
            )
            raise ConfigurationError(message)

    @property
    def postgres(self) -> Path:
        """Return the data folder of the embedded PostgreSQL."""
        return self.path / "postgres"

    @property
    def mlflow_database(self) -> Path:
        """Return the SQLite file of the tracking store and the registry."""
        return self.path / "mlflow" / "mlflow.db"

    @property
    def mlflow_artifacts(self) -> Path:
        """Return the folder of the tracking store's plots and models."""
        return self.path / "mlflow" / "artifacts"

    @property
    def bentoml(self) -> Path:
        """Return BENTOML_HOME, the folder of the model store."""
        return self.path / "bentoml"

    @property
    def pointer(self) -> Path:
        """Return the file that names the served model."""
        return self.path / "serving.json"

    @property
    def schema(self) -> Path:
        """Return the file that holds the home's own copy of its schema."""
        return self.path / "schema.yaml"

    @property
    def ledger_head(self) -> Path:
        """Return the file of the ledger's last seal, unless MLflow's server keeps that."""
        return self.path / "ledger.head"

    @property
    def run_file(self) -> Path:
        """Return the file of the processes and addresses that `medcost up` started."""
        return self.path / "run.json"

    @property
    def up_lock(self) -> Path:
        """Return the lock that a running `medcost up` of this home holds."""
        return self.path / "up.lock"

    @property
    def retrain_lock(self) -> Path:
        """Return the lock that a running `medcost retrain` holds."""
        return self.path / "retrain.lock"

    @property
    def reports(self) -> Path:
        """Return the folder of the retrainings' reports, one file each."""
        return self.path / "reports"

    @property
    def jobs(self) -> Path:
        """Return the folder of files of people that jobs score, and their answers; see `LocalJobFiles`."""
        return self.path / "jobs"

    @property
    def logs(self) -> Path:
        """Return the folder of logs, one file for each part."""
        return self.path / "logs"


def _close(path: Path) -> None:
    try:
        about = path.lstat()
    except FileNotFoundError:  # a draft that got its name meanwhile
        return
    if about.st_uid == os.geteuid() and about.st_mode & _OTHERS and not stat.S_ISLNK(about.st_mode):
        path.chmod(stat.S_IMODE(about.st_mode) & ~_OTHERS)


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
