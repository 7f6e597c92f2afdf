"""The home: one folder of state. Two homes never meet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """Where each part keeps its state below one folder."""

    path: Path

    def make(self) -> None:
        """Make the folder if need be, closed to other users: it holds people's facts and costs."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)

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
    def logs(self) -> Path:
        """One file for each part."""
        return self.path / "logs"
