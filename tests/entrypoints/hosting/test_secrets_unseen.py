"""No password stands where others may read it: in a command line, a report, an error or a log."""

from __future__ import annotations

import pytest

from domain.errors import ConfigurationError, RepositoryUnavailable
from domain.operations.diagnosis import Finding
from entrypoints.composition.settings import load
from entrypoints.hosting.processes import command_of, stores_of

URL = "postgresql://mlflow:s3cret@db:5432/mlflow?sslmode=require"


@pytest.fixture
def settings(tmp_path):
    return load({"home": tmp_path / "home"}, environment={"MEDCOST_TRACKING_URI": URL})


def test_mlflows_database_is_named_by_the_environment_alone(settings):
    assert not any("s3cret" in word for word in command_of("mlflow", settings))
    stores = stores_of("mlflow", settings)
    assert stores["MLFLOW_BACKEND_STORE_URI"] == URL.replace("postgresql:", "postgresql+psycopg:")
    assert stores["MLFLOW_ARTIFACTS_DESTINATION"] == str(settings.home / "mlflow/artifacts")


def test_the_homes_own_experiments_are_served_where_they_lie(tmp_path):
    stores = stores_of("mlflow", load({"home": tmp_path / "home"}, environment={}))
    assert stores["MLFLOW_BACKEND_STORE_URI"] == f"sqlite:///{tmp_path}/home/mlflow/mlflow.db"
    assert "MLFLOW_DEFAULT_ARTIFACT_ROOT" in stores


@pytest.mark.parametrize("error", [ConfigurationError(URL), RepositoryUnavailable(f"{URL} is away")])
def test_an_error_shows_no_password(error):
    assert "s3cret" not in str(error)
    assert "mlflow:…@db:5432" in str(error)


def test_a_finding_of_doctor_shows_no_password():
    assert Finding("tracking", "failed", f"{URL}: ConnectError").detail.startswith("postgresql://mlflow:…@db:5432")
