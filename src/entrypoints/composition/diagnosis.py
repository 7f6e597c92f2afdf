"""The diagnosis of a profile's parts."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

from adapters.local.home import Home
from adapters.local.home_check import HomeCheck
from adapters.memory.part_check import MemoryCheck
from application.operations.diagnose import CheckRecords, Diagnose
from domain.operations.diagnosis import Finding

if TYPE_CHECKING:
    from domain.ports.model_servers import ModelServers
    from domain.ports.part_check import PartCheck
    from entrypoints.composition.settings import Settings


def diagnosis(settings: Settings, *, running: PartCheck) -> Diagnose:
    """Return the diagnosis of a profile.

    Args:
        settings: where the parts are.
        running: looks at the processes.
    """
    release = Finding("medcost", "ok", f"version {metadata.version('medcost')}, profile {settings.profile}")
    checks: list[PartCheck] = [MemoryCheck([release]), HomeCheck(settings.home)]
    if settings.profile != "memory":
        checks += _lasting(settings)
    return Diagnose(checks=[*checks, running])


def _lasting(settings: Settings) -> list[PartCheck]:
    from adapters.bentoml.publisher import BentoPublisher
    from adapters.mlflow.check import TrackingCheck
    from entrypoints.composition.database import database_of

    home = Home(settings.home)
    records = CheckRecords(
        database=database_of(settings),
        pointer=BentoPublisher(home.bentoml, home.pointer) if settings.follow == "home" else None,
        servers=_model_servers(settings),
    )
    return [records, TrackingCheck(settings.tracking_uri, home.mlflow_database)]


def _model_servers(settings: Settings) -> ModelServers:
    if settings.model_servers:
        from adapters.bentoml.model_servers import HttpModelServers

        return HttpModelServers(settings.model_servers)
    from adapters.memory.model_servers import MemoryModelServers

    return MemoryModelServers()
