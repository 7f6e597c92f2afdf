"""The commands of the processes that production runs one by one."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Literal

from adapters.system.home import Home
from entrypoints.wiring.settings import environment_of, refuse_open_door

if TYPE_CHECKING:
    from typing import NoReturn

    from entrypoints.wiring.settings import Settings

Service = Literal["api", "dashboard", "web", "model", "mlflow"]


def become(service: Service, settings: Settings) -> NoReturn:
    """Turn this process into a service, so that signals and exit status are the service's own.

    Raises:
        ConfigurationError: if the API or the dashboard would be open to others without keys.
    """
    command = command_of(service, settings)
    os.execve(command[0], command, {**environment_of(settings), **_quiet})  # noqa: S606  # commands are ours


_quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "BENTOML_DO_NOT_TRACK": "True"}


def command_of(service: Service, settings: Settings) -> list[str]:
    """Give the command line of a service."""
    listen = ["--host", settings.host, "--port", str(settings.port)]
    if service == "mlflow":
        return [sys.executable, "-m", "mlflow", "server", *_stores(settings), *listen]
    if service == "model":
        return [sys.executable, "-m", "entrypoints.model_server.main", *listen]
    refuse_open_door(settings, pages=service != "api")
    return [sys.executable, "-m", "entrypoints.wiring.asgi", "--serve", service, *listen]


def _stores(settings: Settings) -> list[str]:
    home = Home(settings.home)
    home.make()
    home.mlflow_database.parent.mkdir(exist_ok=True)
    store = settings.tracking_uri or f"sqlite:///{home.mlflow_database}"
    return ["--backend-store-uri", store, "--default-artifact-root", str(home.mlflow_artifacts), "--workers", "1"]
