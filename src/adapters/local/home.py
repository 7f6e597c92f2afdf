"""The home: one folder of state. Two homes never meet."""

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
    """Where each part keeps its state below one folder."""

    path: Path

    def make(self) -> None:
        """Make the folder if need be, and close it and what is in it to others: it holds people's facts and costs."""
        with writing(self.path):
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            for path in (self.path, *self.path.iterdir()):
                _close(path)

    def require_own(self) -> None:
        """Refuse a folder of somebody else: a home is trusted like a program of whoever owns it.

        Raises:
            ConfigurationError: saying whose it is.
        """
        try:
            owner = self.path.stat().st_uid
        except OSError:  # not there yet, or not for us to look at: whoever needs it will say so
            return
        if owner != os.geteuid():
            message = (
                f"{self.path} belongs to the user {_name(owner)}, not to {_name(os.geteuid())}: a home is trusted like "
                "a program of its owner, so run Medcost as that user, or name another folder with --home"
            )
            raise ConfigurationError(message)

    @property
    def postgres(self) -> Path:
        """Data folder of the embedded PostgreSQL."""
        return self.path / "postgres"

    @property
    def mlflow_database(self) -> Path:
        """SQLite file of the tracking store and the registry."""
        return self.path / "mlflow" / "mlflow.db"

    @property
    def mlflow_artifacts(self) -> Path:
        """Plots and model folders of the tracking store."""
        return self.path / "mlflow" / "artifacts"

    @property
    def bentoml(self) -> Path:
        """BENTOML_HOME: the model server's shelf."""
        return self.path / "bentoml"

    @property
    def pointer(self) -> Path:
        """Which model is served."""
        return self.path / "serving.json"

    @property
    def schema(self) -> Path:
        """Return the file that holds the home's own copy of its schema."""
        return self.path / "schema.yaml"

    @property
    def ledger_head(self) -> Path:
        """The ledger's last seal, kept outside the database, unless MLflow's server keeps it."""
        return self.path / "ledger.head"

    @property
    def run_file(self) -> Path:
        """What `medcost up` started: processes and addresses."""
        return self.path / "run.json"

    @property
    def up_lock(self) -> Path:
        """Held by the `medcost up` that owns this home."""
        return self.path / "up.lock"

    @property
    def retrain_lock(self) -> Path:
        """Held by the `medcost retrain` that is at work."""
        return self.path / "retrain.lock"

    @property
    def reports(self) -> Path:
        """One file for each retraining."""
        return self.path / "reports"

    @property
    def jobs(self) -> Path:
        """Files of people that are scored in the background, and their answers; see `LocalJobFiles`."""
        return self.path / "jobs"

    @property
    def logs(self) -> Path:
        """One file for each part."""
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
