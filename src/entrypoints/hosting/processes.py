"""The processes that production runs one by one, and their commands."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Literal

from sqlalchemy import make_url

from adapters.local.home import Home
from domain.errors import ConfigurationError
from entrypoints.composition.access_rules import refuse_open_access
from entrypoints.composition.settings import environment_of, has_mlflow_server, require_followable
from entrypoints.hosting import launch

if TYPE_CHECKING:
    from typing import NoReturn

    from entrypoints.composition.settings import Settings

Service = Literal["api", "dashboard", "web", "model", "mlflow"]


def become(service: Service, settings: Settings) -> NoReturn:
    """Replace this process by a service, so that signals and exit status are the service's own.

    Raises:
        ConfigurationError: if the API or the dashboard would be open to others without keys, or a part is not told
            where another is.
    """
    command = command_of(service, settings)
    environment = {**environment_of(settings), **stores_of(service, settings), **_quiet}
    os.execve(command[0], command, environment)  # noqa: S606  # commands are ours


_quiet = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # would start six more processes, for judges of language models
    "BENTOML_DO_NOT_TRACK": "True",
}


def command_of(service: Service, settings: Settings) -> list[str]:
    """Return the command line of a service."""
    listen = ["--host", settings.host, "--port", str(settings.port)]
    if service == "mlflow":
        return [
            sys.executable,
            "-m",
            "mlflow",
            "server",
            *_names(settings),
            "--workers",
            "1",
            *listen,
        ]
    if service == "model":
        require_followable(settings)
        return launch.command_of("entrypoints.model_server.main", *listen)
    refuse_open_access(settings, pages=service != "api")
    return launch.command_of("entrypoints.hosting.asgi", "--serve", service, *listen)


def stores_of(service: Service, settings: Settings) -> dict[str, str]:
    """Return the environment variables of MLflow's store: the home's own, or a database with served artifacts.

    The environment is used because other users can read a command line, and a password in it.

    Raises:
        ConfigurationError: if what is named is a server itself.
    """
    if service != "mlflow":
        return {}
    if has_mlflow_server(settings):
        message = "MLflow's server needs a database: set MEDCOST_TRACKING_URI=postgresql://…, or leave it empty"
        raise ConfigurationError(message)
    home = Home(settings.home)
    home.make()
    if settings.tracking_uri:
        store = make_url(settings.tracking_uri).set(drivername="postgresql+psycopg")
        database = store.render_as_string(hide_password=False)
        return {"MLFLOW_BACKEND_STORE_URI": database, "MLFLOW_ARTIFACTS_DESTINATION": str(home.mlflow_artifacts)}
    home.mlflow_database.parent.mkdir(exist_ok=True)
    store = f"sqlite:///{home.mlflow_database}"
    return {"MLFLOW_BACKEND_STORE_URI": store, "MLFLOW_DEFAULT_ARTIFACT_ROOT": str(home.mlflow_artifacts)}


def _names(settings: Settings) -> list[str]:
    """Return the host names that MLflow's server accepts; without any, it accepts addresses of private networks."""
    if not settings.allowed_hosts:
        return []
    names = ("localhost", "127.0.0.1", *settings.allowed_hosts)
    return ["--allowed-hosts", ",".join(f"{name},{name}:*" for name in names)]
