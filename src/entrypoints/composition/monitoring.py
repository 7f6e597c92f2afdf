"""What `medcost monitor` and `medcost models shadow` are made of: records, ledger, reports, the shelf, a meter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from dishka import STRICT_VALIDATION, AsyncContainer, Provider, Scope, make_async_container

from adapters.scipy.drift import ScipyDriftMeter
from adapters.sklearn.trainer import SklearnTrainer
from application.models.shadow_model import ShadowModel
from application.monitoring.monitor_champion import MonitorChampion
from domain.ports.clock import Clock
from domain.ports.drift import DriftMeter
from domain.ports.loader import ModelLoader
from domain.ports.publisher import ModelPublisher
from domain.ports.trainer import Trainer
from entrypoints.composition.providers import schema_provider
from entrypoints.composition.scoring import shelf
from entrypoints.composition.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

_WITHIN: Final = 120.0
"""Seconds for a statement: to draw from a month of millions takes a while, and nobody waits for it."""


def monitoring_container(settings: Settings) -> AsyncContainer:
    """Put it together."""
    measuring = Provider(scope=Scope.APP)
    measuring.provide(MonitorChampion)
    measuring.provide(ShadowModel)
    measuring.provide(ScipyDriftMeter, provides=DriftMeter)
    measuring.provide(_trainer)
    if settings.profile == "memory":
        from entrypoints.composition.memory_parts import MemoryKeeping, MemoryParts

        parts = (MemoryKeeping(), MemoryParts())
    else:
        from entrypoints.composition.database_parts import DatabaseKeeping, DatabaseParts

        publisher, loader = shelf(settings)
        told = Provider(scope=Scope.APP)
        patient = msgspec.structs.replace(settings, database_deadline=max(_WITHIN, settings.database_deadline))
        told.provide(_always(patient), provides=Settings)
        told.provide(_always(publisher), provides=ModelPublisher)
        told.provide(_always(loader), provides=ModelLoader)
        parts = (told, DatabaseKeeping(), DatabaseParts())
    return make_async_container(measuring, schema_provider(settings), *parts, validation_settings=STRICT_VALIDATION)


def _trainer(clock: Clock) -> Trainer:
    return SklearnTrainer(clock)


def _always(one: object) -> Callable[[], object]:
    return lambda: one
