"""The command `medcost serve`: one part in a process of its own, for production, or the experiment UI of a home."""

from __future__ import annotations

import msgspec

from entrypoints.cli.options import ChosenProfile, HomeFolder, Port
from entrypoints.composition.settings import load
from entrypoints.hosting.processes import Service, become

_INSIDE = {"model": 3000, "mlflow": 5000}
"""Internal services and their default ports."""


def serve(
    service: Service,
    /,
    *,
    home: HomeFolder = None,
    host: str | None = None,
    port: Port | None = None,
    profile: ChosenProfile = None,
) -> None:
    """Serve one part in this process until it is stopped.

    For example:

        medcost serve mlflow --port 5000

        medcost serve api --profile production

    Parameters
    ----------
    service
        api, dashboard, web (both of them), model (the model server) or mlflow (the experiments of this home).
    host
        Address to listen on (default 127.0.0.1).
    port
        Port to listen on (default that of the settings; model 3000, mlflow 5000).
    """
    settings = load({"home": home, "host": host, "port": port, "profile": profile})
    if service in _INSIDE:
        # the profile's address is for the API; these two services do not authenticate, so they stay on loopback
        settings = msgspec.structs.replace(settings, host=host or "127.0.0.1", port=port or _INSIDE[service])
    become(service, settings)
